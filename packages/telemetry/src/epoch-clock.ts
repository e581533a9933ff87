/** The two clocks may part by so much before it is taken for more than how finely one of them counts. */
const toleratedMs = 5;
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
    this.#offsetMs = clocks === processClocks ? performance.timeOrigin : clocks.wallNow() - clocks.monotonicNow();
  }

  /** What is to be added to a monotonic time, as of now. It stays the same until the clocks have parted. */
  offsetMs(): number {
    const { monotonicNow, wallNow } = this.#clocks;
    const beforeMs = monotonicNow();
    const offsetMs = wallNow() - beforeMs;
    const isRead = monotonicNow() - beforeMs < apartMs;
    if (isRead && Math.abs(offsetMs - this.#offsetMs) > toleratedMs) this.#offsetMs = offsetMs;
    return this.#offsetMs;
  }
}
