import type { NodeId } from '@quorate/actor';
import { isQuorum } from '../quorum.ts';
import type { Configuration } from '../types.ts';

/** A voter's hard promise, as its answer to one message of the leader's states it. Times are on the leader's own monotonic clock. */
export interface VoterPromise {
  /** When that very message was sent: the voter has received it later, and keeps its promise from then on. */
  readonly sentAtMs: number;
  readonly promisedMs: number;
}

/**
 * The leader lease (dissertation §6.4.1): while a quorum keeps its hard promises nobody else is elected, so that this leader knows all
 * that is committed, and may answer reads without asking anyone. It counts from sending, voter by voter, and is shortened by
 * what a voter's clock may run faster. Whoever asks gives a fresh time: one from before a pause would let a deposed leader answer.
 */
export class Lease {
  readonly #maxClockDrift: number;
  /** By voter, until when its promise stands for certain. */
  readonly #keptUntilMs = new Map<NodeId, number>();
  /** Only what was sent later counts. */
  #droppedAtMs = Number.NEGATIVE_INFINITY;
  #isOver = false;

  /** `maxClockDrift`: by how much two clocks may run at different speeds, as a part of one. */
  constructor(maxClockDrift: number) {
    this.#maxClockDrift = maxClockDrift;
  }

  /** A voter has promised. */
  promised(voter: NodeId, { sentAtMs, promisedMs }: VoterPromise): void {
    if (sentAtMs <= this.#droppedAtMs) return;
    const untilMs = sentAtMs + promisedMs * (1 - this.#maxClockDrift);
    this.#keptUntilMs.set(voter, Math.max(untilMs, this.#keptUntilMs.get(voter) ?? untilMs));
  }

  /** Whether it is certain at `nowMs` that nobody else leads. `configuration` is the one at the end of the log: the next leader needs its quorums. */
  isValid(configuration: Configuration, nowMs: number): boolean {
    return !this.#isOver && isQuorum(configuration, ({ id }) => (this.#keptUntilMs.get(id) ?? nowMs) > nowMs);
  }

  /** Something that it rests on may not hold any more: what was sent up to `nowMs` counts for nothing. */
  drop(nowMs: number): void {
    this.#droppedAtMs = nowMs;
    this.#keptUntilMs.clear();
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
