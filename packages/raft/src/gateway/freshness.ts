import type { LogIndex } from '../types.ts';

/** All that was acknowledged before this node's clock showed `asOfMs` is at or below `readIndex`: a state that has applied so far is no older. */
export interface FreshnessProof {
  readonly asOfMs: number;
  readonly readIndex: LogIndex;
}

/**
 * How old this node's state can be at most, by its own monotonic clock and what leaders have proven to it. A proof stays true for ever, and
 * ages: it counts from when the leader was *asked*, since what it says was so at some time after that, and nobody knows when.
 */
export class Freshness {
  readonly #maxClockDrift: number;
  #newest: FreshnessProof | null = null;

  /** `maxClockDrift`: by how much this node's clock may run too slowly, as a part of one. */
  constructor(maxClockDrift: number) {
    this.#maxClockDrift = maxClockDrift;
  }

  /** A leader has proven something. */
  prove(proof: FreshnessProof): void {
    if (this.#newest === null || proof.asOfMs > this.#newest.asOfMs) this.#newest = proof;
  }

  /** From which index on a state is no older than that at `nowMs`; null if nothing proves it. */
  readIndexWithin(maxStalenessMs: number, nowMs: number): LogIndex | null {
    const stalenessMs = this.stalenessMs(nowMs);
    return stalenessMs === null || stalenessMs > maxStalenessMs ? null : (this.#newest?.readIndex ?? null);
  }

  /** How old the state may be at `nowMs`, if it has applied all that the newest proof is about; null if nothing was ever proven. */
  stalenessMs(nowMs: number): number | null {
    return this.#newest === null ? null : (nowMs - this.#newest.asOfMs) / (1 - this.#maxClockDrift);
  }
}
