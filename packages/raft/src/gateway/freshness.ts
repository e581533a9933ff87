import { type Moment, passedMs } from '../moment.ts';
import type { LogIndex } from '../types.ts';

/** All that was acknowledged before this node's clocks showed `asOf` is at or below `readIndex`: a state that has applied so far is no older. */
export interface FreshnessProof {
  readonly asOf: Moment;
  readonly readIndex: LogIndex;
}

/**
 * How old this node's state can be at most, by its own clocks and what leaders have proven to it. A proof stays true for ever, and
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
    if (this.#newest === null || proof.asOf.clockMs > this.#newest.asOf.clockMs) this.#newest = proof;
  }

  /** From which index on a state is no older than that now; null if nothing proves it. */
  readIndexWithin(maxStalenessMs: number, now: Moment): LogIndex | null {
    const stalenessMs = this.stalenessMs(now);
    return stalenessMs === null || stalenessMs > maxStalenessMs ? null : (this.#newest?.readIndex ?? null);
  }

  /** How old the state may be now, if it has applied all that the newest proof is about; null if nothing was proven, or the own clocks do not tell how long ago. */
  stalenessMs(now: Moment): number | null {
    const passedMs = this.#newest === null ? Number.POSITIVE_INFINITY : this.passedMs(this.#newest.asOf, now);
    return passedMs === Number.POSITIVE_INFINITY ? null : passedMs / (1 - this.#maxClockDrift);
  }

  protected passedMs(since: Moment, now: Moment): number {
    return passedMs(since, now);
  }
}
