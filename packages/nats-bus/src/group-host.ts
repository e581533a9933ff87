import { ActorSystem, type Address, type GroupId, type Host, type Sender } from '@quorate/actor';
import { type FlushableLogStorage, logStoreAt, type StageRecorder } from '@quorate/raft';
import type { ActorMessage } from '@quorate/wire';
import type { PeerBus } from './peer-bus.ts';

/** What hosts the actors of one group on a node. */
export interface GroupHostOptions {
  readonly group: GroupId;
  readonly identity: Sender;
  readonly bus: PeerBus;
  readonly storage: FlushableLogStorage;
  /** How an actor's messages to its own node travel: in memory, or on NATS as all others do. */
  readonly localDelivery: 'memory' | 'nats';
  readonly now: () => number;
  readonly wallNow: () => number;
  readonly random: () => number;
  /** Is told when flushes begin and end, which no actor sees. */
  readonly stages: StageRecorder;
  /** An actor threw. If nobody watches it, the node must end. */
  readonly onFailure: (actor: string, error: unknown, watched: boolean) => void;
  /** A flush failed. The process must end at once: what it held can no longer be relied on, and retrying would hide that. */
  readonly onFlushFailed: (error: unknown) => void;
}

/** Sees a message that comes to an actor. */
export type DeliveryWatcher = (actor: string, message: ActorMessage, sender: Sender) => void;

/** Steps of one turn, at most: then the event loop gets its chance, so that timers and sockets are not starved. */
const maxStepsInTurn = 10_000;

/**
 * Runs the actors of a group in turns: all that waits in the mailboxes is handled, which sends what waits for no
 * write; then at most one flush begins, for everything that the turn wrote. While it is under way turns go on, and their
 * writes are the next batch. A lone write never waits for company.
 */
export class GroupHost {
  readonly system: ActorSystem;
  readonly #options: GroupHostOptions;
  #steps: (() => void)[] = [];
  #turnIsDue = false;
  /** The flush that is under way; it resolves when that has ended, however it did. */
  #flush: Promise<void> | null = null;
  #watcher: DeliveryWatcher | null = null;
  #stopped = false;

  constructor(options: GroupHostOptions) {
    this.#options = options;
    this.system = new ActorSystem(options.identity.node, options.group, this.#host());
    options.bus.attach(options.group, (actor, message, sender) => this.#enqueue(actor, message, sender));
  }

  /** Tells an actor of this node something from outside the actors, in the node's own name. */
  tell<Message extends ActorMessage>(to: Address<Message>, message: Message): void {
    this.#enqueue(to.actor, message, this.#options.identity);
  }

  /** Shows `watcher` each message as it comes to its mailbox, timers aside; null: nobody looks on. It must not throw. */
  watch(watcher: DeliveryWatcher | null): void {
    this.#watcher = watcher;
  }

  /** How many messages and timers wait for their turn. */
  get waiting(): number {
    return this.#steps.length;
  }

  /** Ends the actors. Resolves when the flush that was under way has ended. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#steps = [];
    this.system.stopAll();
    await this.#flush;
  }

  #host(): Host {
    const { identity, bus, localDelivery, now, wallNow, random, onFailure } = this.#options;
    return {
      identity,
      now,
      wallNow,
      random,
      route: (_from, to, message) => {
        if (!isActorMessage(message)) return;
        if (to.node === identity.node && localDelivery === 'memory') this.#enqueue(to.actor, message, identity);
        else bus.send(to, message);
      },
      schedule: (delayMs, fire) => {
        // What the sockets have is read before the timer is obeyed: after a pause a leader's heartbeat may be waiting there.
        const timer = setTimeout(() => setImmediate(() => this.#step(fire)), delayMs);
        return () => clearTimeout(timer);
      },
      failed: onFailure,
    };
  }

  #enqueue(actor: string, message: ActorMessage, sender: Sender): void {
    if (this.#watcher !== null) this.#watcher(actor, message, sender);
    this.#step(() => this.system.deliver(actor, message, sender));
  }

  #step(step: () => void): void {
    if (this.#stopped) return;
    this.#steps.push(step);
    if (this.#turnIsDue) return;
    this.#turnIsDue = true;
    queueMicrotask(() => this.#turn());
  }

  #turn(): void {
    for (let count = 0; count < maxStepsInTurn; count += 1) {
      const step = this.#steps[count];
      if (step === undefined) break;
      step();
    }
    this.#steps = this.#steps.slice(maxStepsInTurn);
    this.#beginFlush();
    this.#turnIsDue = this.#steps.length > 0;
    if (this.#turnIsDue) setImmediate(() => this.#turn());
  }

  #beginFlush(): void {
    const { storage, group, identity, stages, now } = this.#options;
    if (this.#flush !== null || this.#stopped || !storage.staged) return;
    let ended: () => void = () => {};
    this.#flush = new Promise((resolve) => {
      ended = resolve;
    });
    stages.flushBegan(storage.written, now());
    storage.flush((outcome) => {
      this.#flush = null;
      ended();
      if (outcome.kind === 'failed') return this.#options.onFlushFailed(outcome.error);
      stages.flushEnded(outcome.written, now());
      this.tell(logStoreAt({ node: identity.node, group }), { kind: 'flushed', written: outcome.written });
    });
  }
}

const isActorMessage = (message: unknown): message is ActorMessage =>
  typeof message === 'object' && message !== null && 'kind' in message && typeof message.kind === 'string';
