interface Scheduled {
  readonly atMs: number;
  readonly order: number;
  readonly run: () => void;
  cancelled: boolean;
}

/** So many steps without time passing is an endless loop: two actors answer each other for ever. */
const maxStepsAtOneTime = 20_000;

/** Virtual time: what is due runs in order of time, and of asking where the time is the same. */
export class Schedule {
  nowMs = 0;
  #queue: Scheduled[] = [];
  #order = 0;
  #steps = 0;

  /** Runs `run` after `delayMs`; the answer cancels it. */
  at(delayMs: number, run: () => void): () => void {
    this.#order += 1;
    const scheduled: Scheduled = { atMs: this.nowMs + delayMs, order: this.#order, run, cancelled: false };
    let low = 0;
    let high = this.#queue.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const other = this.#queue[middle];
      if (other !== undefined && other.atMs <= scheduled.atMs) low = middle + 1;
      else high = middle;
    }
    this.#queue.splice(low, 0, scheduled);
    return () => {
      scheduled.cancelled = true;
    };
  }

  /** Runs until nothing is due before `forMs` from now has passed, or until `until` holds. True if it held. */
  run(forMs: number, until: () => boolean = () => false): boolean {
    const endMs = this.nowMs + forMs;
    for (;;) {
      if (until()) return true;
      const next = this.#queue[0];
      if (next === undefined || next.atMs > endMs) break;
      this.#queue.shift();
      if (!next.cancelled) this.#step(next);
    }
    this.nowMs = endMs;
    return until();
  }

  #step(next: Scheduled): void {
    if (next.atMs > this.nowMs) this.#steps = 0;
    this.#steps += 1;
    if (this.#steps > maxStepsAtOneTime) throw new Error(`${maxStepsAtOneTime} steps at ${this.nowMs} ms`);
    this.nowMs = Math.max(this.nowMs, next.atMs);
    next.run();
  }
}

/** A small generator of numbers in [0, 1) (mulberry32): the same seed, the same run. */
export function randomOf(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
