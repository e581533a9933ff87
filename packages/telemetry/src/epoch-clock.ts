/** The wall clock counts whole milliseconds: what it shows is late by up to one. What is behind by more than that, and a little, has been set back. */
const toleratedMs = 1.5;
/** Two readings that are further apart than that do not belong together: the process stood still between them. */
const apartMs = 1;

/** The clocks of this process, in milliseconds. */
export interface ProcessClocks {
  readonly monotonicNow: () => number;
  readonly wallNow: () => number;
}

const processClocks: ProcessClocks = { monotonicNow: () => performance.now(), wallNow: () => Date.now() };

/**
 * What lies between this process's monotonic clock and the times that spans bear. It is not the same for the life of the process: the one clock stands still while a machine is
 * suspended, and the other may be set. Who begins a span asks once, and adds that to all times of it and of what is below it: what is known after the fact fits only then.
 */
export class EpochClock {
  readonly #clocks: ProcessClocks;
  #offsetMs: number;

  constructor(clocks: ProcessClocks = processClocks) {
    this.#clocks = clocks;
    this.#offsetMs = clocks.wallNow() - clocks.monotonicNow();
  }

  /** What is to be added to a monotonic time, as of now. It stays the same, within a millisecond, until the clocks have parted. */
  offsetMs(): number {
    const { monotonicNow, wallNow } = this.#clocks;
    const beforeMs = monotonicNow();
    const offsetMs = wallNow() - beforeMs;
    if (monotonicNow() - beforeMs >= apartMs) return this.#offsetMs;
    // The latest that was ever shown is the nearest.
    if (offsetMs > this.#offsetMs || offsetMs < this.#offsetMs - toleratedMs) this.#offsetMs = offsetMs;
    return this.#offsetMs;
  }
}
