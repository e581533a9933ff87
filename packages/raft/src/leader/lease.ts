import type { NodeId } from '@quorate/actor';
import { type Moment, passedMs } from '../moment.ts';
import { isQuorum } from '../quorum.ts';
import type { Configuration } from '../types.ts';

/** A voter's hard promise, as its answer to one message of the leader's states it. Times are by the leader's own clocks. */
export interface VoterPromise {
  /** When that very message was sent: the voter has received it later, and keeps its promise from then on. */
  readonly sentAt: Moment;
  readonly promisedMs: number;
}

/**
 * The leader lease (dissertation §6.4.1): while a quorum keeps its hard promises nobody else is elected, so that this leader knows all
 * that is committed, and may answer reads without asking anyone. It counts from sending, voter by voter, and is shortened by
 * what a voter's clock may run faster. Whoever asks gives a fresh time: one from before a pause would let a deposed leader answer. It is over as soon as either
 * clock of the leader's node says so: in a suspended machine the monotonic one stands still, while others are elected.
 */
export class Lease {
  readonly #maxClockDrift: number;
  /** By voter, its newest promise, and for how long it is kept for certain. */
  readonly #kept = new Map<NodeId, { readonly sentAt: Moment; readonly keptMs: number }>();
  /** Only what was sent later counts. */
  #droppedAtMs = Number.NEGATIVE_INFINITY;
  #isOver = false;

  /** `maxClockDrift`: by how much two clocks may run at different speeds, as a part of one. */
  constructor(maxClockDrift: number) {
    this.#maxClockDrift = maxClockDrift;
  }

  /** A voter has promised. */
  promised(voter: NodeId, { sentAt, promisedMs }: VoterPromise): void {
    if (sentAt.clockMs <= this.#droppedAtMs) return;
    const keptMs = promisedMs * (1 - this.#maxClockDrift);
    const before = this.#kept.get(voter);
    if (before !== undefined && before.sentAt.clockMs + before.keptMs > sentAt.clockMs + keptMs) return;
    this.#kept.set(voter, { sentAt, keptMs });
  }

  /** Whether it is certain now that nobody else leads. `configuration` is the one at the end of the log: the next leader needs its quorums. */
  isValid(configuration: Configuration, now: Moment): boolean {
    return !this.#isOver && isQuorum(configuration, ({ id }) => this.#isKept(id, now));
  }

  #isKept(voter: NodeId, now: Moment): boolean {
    const kept = this.#kept.get(voter);
    return kept !== undefined && this.passedMs(kept.sentAt, now) < kept.keptMs;
  }

  protected passedMs(since: Moment, now: Moment): number {
    return passedMs(since, now);
  }

  /** Something that it rests on may not hold any more: what was sent up to `nowMs` counts for nothing. */
  drop(nowMs: number): void {
    this.#droppedAtMs = nowMs;
    this.#kept.clear();
  }

  /** Ends it for the rest of the term: another is asked to campaign, and nobody keeps a promise to this leader then. */
  end(): void {
    this.#isOver = true;
  }

  /** Whether there will be none any more in this term. */
  get isOver(): boolean {
    return this.#isOver;
  }
}
