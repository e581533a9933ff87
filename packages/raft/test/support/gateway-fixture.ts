import { Gateway } from '../../src/gateway/gateway.ts';
import {
  type ChangeRefusal,
  defaultRaftSettings,
  type GatewayMessage,
  logIndex,
  type MembershipChange,
  type Ports,
  type RaftSettings,
  type ReadConsistency,
  raftParts,
  silentPorts,
  term,
} from '../../src/index.ts';
import { bytes } from './entries.ts';
import { FakeContext, type Sent, senderOf } from './fake-context.ts';

type Outcome = Extract<GatewayMessage, { kind: 'proposeReply' }>['outcome'];
type Refusal = ChangeRefusal['code'];

/** How long the fixture's callers wait. */
export const timeoutMs = 1000;
/** Longer than it takes until an unanswered question is asked again. */
export const askAgainMs = 150;
/** A write was made. */
export const applied: Outcome = { kind: 'applied', index: logIndex(9), result: bytes('r') };
/** A write entered no log. */
export const refused: Outcome = { kind: 'refused', reason: 'not yet' };

const incarnation = 4;

/** The gateway of n1 by itself. */
export class GatewayFixture {
  readonly context = new FakeContext<GatewayMessage>('n1', 'gateway');
  readonly actor: Gateway;

  constructor(settings: Partial<RaftSettings> = {}, ports: Partial<Ports> = {}) {
    const identity = senderOf('n1', { incarnation });
    const { stages, readTracer } = { ...silentPorts, ...ports };
    const options = { identity, settings: { ...defaultRaftSettings, ...settings }, stages, readTracer };
    this.actor = new Gateway(this.context, options, raftParts);
  }

  receive(message: GatewayMessage): void {
    this.actor.receive(message);
  }

  write(request: number): void {
    this.receive({ kind: 'write', request, command: bytes(`w${request}`), timeoutMs, traceparent: null });
  }

  changeMembers(request: number, change: MembershipChange): void {
    this.receive({ kind: 'changeMembers', request, change, timeoutMs });
  }

  transfer(request: number, target: string | null): void {
    const chosen = target === null ? null : senderOf(target).node;
    this.receive({ kind: 'transfer', request, target: chosen, timeoutMs });
  }

  /** The leader refuses a transfer. */
  transferReply(sequence: unknown, code: Refusal, to: number = incarnation): void {
    const reply = { term: term(3), incarnation: to, sequence: Number(sequence), code, message: 'refused' };
    this.receive({ kind: 'transferReply', ...reply });
  }

  read(
    request: number,
    consistency: ReadConsistency = 'linearizable',
    other: { readonly maxStalenessMs?: number; readonly minRevision?: number; readonly traceparent?: string } = {},
  ): void {
    const { maxStalenessMs = null, minRevision = 0, ...traced } = other;
    const wish = { consistency, maxStalenessMs, minRevision, ...traced };
    this.receive({ kind: 'read', request, query: bytes('q'), ...wish, timeoutMs });
  }

  takeSnapshot(request: number, isLinearizable: boolean): void {
    this.receive({ kind: 'takeSnapshot', request, isLinearizable, timeoutMs });
  }

  /** The election has heard who leads. */
  leads(leader: string | null, inTerm: number): void {
    this.receive({ kind: 'leaderKnown', term: term(inTerm), leader: leader === null ? null : senderOf(leader).node });
  }

  proposeReply(sequence: unknown, inTerm: number, outcome: Outcome, to: number = incarnation): void {
    const reply = { term: term(inTerm), incarnation: to, sequence: Number(sequence), outcome };
    this.receive({ kind: 'proposeReply', ...reply });
  }

  readIndexReply(
    sequence: unknown,
    readIndex: number | null,
    to: number = incarnation,
    told: { readonly isLeased?: boolean } = {},
  ): void {
    const index = readIndex === null ? null : logIndex(readIndex);
    const reply = { term: term(3), incarnation: to, sequence: Number(sequence), readIndex: index, ...told };
    this.receive({ kind: 'readIndexReply', ...reply });
  }

  elapse(forMs: number): void {
    this.context.elapse(this.actor, forMs);
  }

  take(): Sent[] {
    return this.context.take();
  }

  takeAll(kind: string): Sent['message'][] {
    return this.context.takeAll(kind);
  }

  takeOne(kind: string): Sent['message'] {
    return this.context.takeOne(kind);
  }

  /** What the callers were told since this was last asked. */
  answers(): unknown[] {
    return this.takeAll('answered').map(({ answer }) => answer);
  }
}
