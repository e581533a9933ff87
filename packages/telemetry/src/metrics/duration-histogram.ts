/** Upper bounds of buckets, in seconds: fine where commits are, coarse up to a request's usual timeout. */
const bounds = [
  0.000_25, 0.000_5, 0.001, 0.002, 0.003, 0.005, 0.007_5, 0.01, 0.015, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10,
] as const;

/** How a histogram stands, in seconds. */
export interface HistogramState {
  readonly bounds: readonly number[];
  /** Of each bucket by itself; one more than there are bounds, for what is above them all. */
  readonly counts: readonly number[];
  readonly sum: number;
  readonly count: number;
}

/** Durations in buckets. Recording one allocates nothing: an instrument of OpenTelemetry's with two labels takes ten times as long, for each write. */
export class DurationHistogram {
  readonly #counts = new Float64Array(bounds.length + 1);
  #sum = 0;
  #count = 0;

  /** Takes a duration in milliseconds. */
  record(durationMs: number): void {
    const seconds = Math.max(durationMs, 0) / 1_000;
    let bucket = 0;
    for (const bound of bounds) {
      if (seconds <= bound) break;
      bucket += 1;
    }
    this.#counts[bucket] = (this.#counts[bucket] ?? 0) + 1;
    this.#sum += seconds;
    this.#count += 1;
  }

  /** All that was recorded so far. */
  get state(): HistogramState {
    return { bounds, counts: [...this.#counts], sum: this.#sum, count: this.#count };
  }
}
