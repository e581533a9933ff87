/** A commit is slow that takes so many times as long as is usual. */
const slowFactor = 10;
/** Of so many commits it has to be known before anything is usual. */
const leastCommits = 100;
/** By how much one commit moves what is taken for the median, as a part of it. */
const step = 0.02;

/** Whether a commit was slow: by a threshold, or else by the running median, for which nothing is kept of each. */
export class SlowCommits {
  readonly #thresholdMs: number | null;
  #medianMs = 0;
  #count = 0;

  /** Without a threshold one is slow that takes ten times the median. */
  constructor(thresholdMs: number | null) {
    this.#thresholdMs = thresholdMs;
  }

  /** Takes how long a commit took, and says whether that was slow. */
  isSlow(durationMs: number): boolean {
    if (this.#thresholdMs !== null) return durationMs > this.#thresholdMs;
    const isSlow = this.#count >= leastCommits && durationMs > slowFactor * this.#medianMs;
    this.#note(durationMs);
    return isSlow;
  }

  /** Up for each that is above it, down for each below: where both are as many, it stays. */
  #note(durationMs: number): void {
    this.#count += 1;
    if (this.#count === 1) this.#medianMs = durationMs;
    else this.#medianMs *= durationMs > this.#medianMs ? 1 + step : 1 - step;
  }
}
