import type { LogState } from './log-state.ts';

/**
 * The hard promise, which leases rest on: whoever accepts an AppendEntries votes for nobody else, and does not campaign, for as long
 * as its leader has asked for, counted from receipt. What counts is what the reply states. Only a transfer waives it: the leader has
 * given its lease up before it asked another to campaign.
 *
 * It outlives the process: the longest that was ever made is on disk before it is made, and a process that starts keeps it
 * from its start. Else a voter that is restarted elects another leader while the one before still answers from its lease.
 */
export class HardPromise {
  readonly #state: LogState;
  /** The longest that may be made: it is on disk. */
  #durableMs: number;
  #untilMs: number;

  constructor(state: LogState) {
    this.#state = state;
    this.#durableMs = state.storage.longestPromiseMs;
    this.#untilMs = state.context.now() + this.keptFromStartMs;
  }

  /** Whether this node may vote for nobody now, itself included. */
  get stands(): boolean {
    return this.remainingMs > 0;
  }

  /** How long it stands yet; 0 if none does. */
  get remainingMs(): number {
    return Math.max(0, this.#untilMs - this.#state.context.now());
  }

  /** Promises as much of `leaseMs` as may be promised, from now on, and says how much that is. A longer promise that stands is not shortened. */
  make(leaseMs: number): number {
    this.#prepare(leaseMs);
    const promisedMs = Math.min(leaseMs, this.durableMs);
    this.#untilMs = Math.max(this.#untilMs, this.#state.context.now() + promisedMs);
    return promisedMs;
  }

  /** What an earlier life of this node may have promised at its very end. */
  protected get keptFromStartMs(): number {
    return this.#state.storage.longestPromiseMs;
  }

  protected get durableMs(): number {
    return this.#durableMs;
  }

  /** Has the disk know of a promise before it is made. */
  #prepare(leaseMs: number): void {
    const { storage, durability } = this.#state;
    if (leaseMs <= storage.longestPromiseMs) return;
    storage.setLongestPromise(leaseMs);
    durability.afterWrite(storage.written, () => {
      this.#durableMs = Math.max(this.#durableMs, leaseMs);
    });
  }
}
