import type { Sender } from '@quorate/actor';
import type { LeaderToken, LogIndex } from '../types.ts';

/** A gateway that wants to know from which index on it may read. */
export interface ReadRequest {
  readonly from: Sender;
  readonly sequence: number;
}

/** More rounds than one leadership can have. */
const maxRounds = 2 ** 32;

/**
 * ReadIndex (dissertation §6.4): a read is answered with the commitIndex at the time when it came, after a quorum has
 * confirmed the leader in a round that began later. Rounds are numbered by the leader, so that a late or doubled
 * answer releases nothing (etcd#20418); and no leadership of an incarnation has a number that another had, so that
 * what an earlier one left behind confirms nothing either. Reads that come during a round share the next.
 */
export class ReadRounds {
  #base = 0;
  #round = 0;
  #asking: { readonly readIndex: LogIndex; readonly requests: readonly ReadRequest[] } | null = null;
  #waiting: ReadRequest[] = [];

  /** Before the first round: the numbers follow from the leadership's token. */
  startFor(token: LeaderToken): void {
    this.#base = token * maxRounds;
  }

  /** The newest round, which every AppendEntries asks to confirm. 0 before the first. */
  get round(): number {
    return this.#round;
  }

  /** Whether a round is under way. */
  get asking(): boolean {
    return this.#asking !== null;
  }

  add(request: ReadRequest): void {
    this.#waiting.push(request);
  }

  /** Begins a round for all that wait, if none is under way. False if there is nothing to begin. */
  begin(commitIndex: LogIndex): boolean {
    if (this.#asking !== null || this.#waiting.length === 0) return false;
    this.#round = Math.max(this.#base, this.#round) + 1;
    this.#asking = { readIndex: commitIndex, requests: this.#waiting };
    this.#waiting = [];
    return true;
  }

  /** Ends the round: a quorum has confirmed it. */
  finish(): { readonly readIndex: LogIndex; readonly requests: readonly ReadRequest[] } | null {
    const finished = this.#asking;
    this.#asking = null;
    return finished;
  }
}
