import { type Actor, type Address, type Context, groupId, nodeId, type Sender } from '@quorate/actor';
import type { Moment } from '../../src/index.ts';

/** One message that an actor has sent. */
export interface Sent {
  /** `node.actor` */
  readonly to: string;
  readonly message: { readonly kind: string } & Readonly<Record<string, unknown>>;
}

interface Timer<Message> {
  readonly dueMs: number;
  readonly message: Message;
}

/** The world of one actor by itself: what it sends is kept, time passes when the test says so, chance always says the same. */
export class FakeContext<Message> implements Context<Message> {
  readonly self: Address<Message>;
  /** What was sent and not taken yet, in order. */
  sent: Sent[] = [];
  readonly timers = new Map<string, Timer<Message>>();
  /** The children that run, by name. They are not made: a test plays their part. */
  readonly spawned = new Set<string>();
  readonly stopped: string[] = [];
  nowMs = 0;
  /** How far the wall clock is ahead of the monotonic one. */
  wallAheadMs = 1_700_000_000_000;
  chance = 0.5;

  constructor(node: string, actor: string) {
    this.self = { node: nodeId(node), group: groupId('config'), actor };
  }

  now(): number {
    return this.nowMs;
  }

  wallNow(): number {
    return this.wallAheadMs + this.nowMs;
  }

  random(): number {
    return this.chance;
  }

  send<Other>(to: Address<Other>, message: Other): void {
    this.sent.push({ to: `${to.node}.${to.actor}`, message: message as Sent['message'] });
  }

  startTimer(key: string, delayMs: number, message: Message): void {
    this.timers.set(key, { dueMs: this.nowMs + delayMs, message });
  }

  stopTimer(key: string): void {
    this.timers.delete(key);
  }

  spawn<Child>(name: string): Address<Child> {
    this.spawned.add(name);
    const { node, group } = this.self;
    return { node, group, actor: name };
  }

  stop(name: string): void {
    this.spawned.delete(name);
    this.stopped.push(name);
  }

  /** All that was sent since it was last asked, in order. */
  take(): Sent[] {
    const taken = this.sent;
    this.sent = [];
    return taken;
  }

  /** The messages of one kind among all that was sent since it was last asked; the others are forgotten. */
  takeAll(kind: string): Sent['message'][] {
    return this.take()
      .map(({ message }) => message)
      .filter((message) => message.kind === kind);
  }

  /** The only message of that kind. @throws {Error} if there is none, or more than one */
  takeOne(kind: string): Sent['message'] {
    const found = this.takeAll(kind);
    const [first] = found;
    if (first === undefined || found.length > 1) throw new Error(`${found.length} messages ${kind}`);
    return first;
  }

  /** Lets time pass, and hands `actor` what its timers bring meanwhile. */
  elapse(actor: Actor<Message>, forMs: number): void {
    const endMs = this.nowMs + forMs;
    for (;;) {
      const due = [...this.timers]
        .filter(([, { dueMs }]) => dueMs <= endMs)
        .sort(([, a], [, b]) => a.dueMs - b.dueMs)[0];
      if (due === undefined) break;
      const [key, { dueMs, message }] = due;
      this.timers.delete(key);
      this.nowMs = dueMs;
      actor.receive(message, senderOf(this.self.node));
    }
    this.nowMs = endMs;
  }
}

/** What the clocks of a node show when its monotonic one is there, unless a test sets the wall clock. */
export const momentAt = (clockMs: number): Moment => ({ clockMs, wallMs: 1_700_000_000_000 + clockMs });

/** How a node signs what it sends, unless a test wants it otherwise. */
export const senderOf = (
  node: string,
  other: { readonly storageId?: string; readonly incarnation?: number } = {},
): Sender => ({
  node: nodeId(node),
  storageId: other.storageId ?? `disk-of-${node}`,
  incarnation: other.incarnation ?? 1,
});
