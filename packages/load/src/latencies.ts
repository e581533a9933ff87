import { Int32Histogram } from 'hdr-histogram-js';

const longestUs = 3_600_000_000;
const significantDigits = 3;

/** How long calls took, many of them, to three significant digits, from a microsecond to an hour. All times are in milliseconds. */
export class Latencies {
  readonly #histogram = new Int32Histogram(1, longestUs, significantDigits);

  /** One call took so long. */
  record(ms: number): void {
    this.#histogram.recordValue(Math.min(longestUs, Math.max(1, Math.round(ms * 1_000))));
  }

  /** All calls of another count here as well. */
  add(other: Latencies): void {
    this.#histogram.add(other.#histogram);
  }

  get count(): number {
    return this.#histogram.totalCount;
  }

  /** 0 if there are none. */
  get shortestMs(): number {
    return this.count === 0 ? 0 : this.#histogram.minNonZeroValue / 1_000;
  }

  /** 0 if there are none. */
  get longestMs(): number {
    return this.#histogram.maxValue / 1_000;
  }

  /** 0 if there are none. */
  get meanMs(): number {
    return this.#histogram.mean / 1_000;
  }

  /** So long at the most took that share of them, from 0 to 1; 0 if there are none. */
  quantileMs(share: number): number {
    // The highest value that is not told from the one recorded may be beyond the longest.
    return Math.min(this.longestMs, this.#histogram.getValueAtPercentile(share * 100) / 1_000);
  }

  /** How many took `fromMs` or longer, and less than `toMs`; both are rounded as what is recorded is. */
  countBetween(fromMs: number, toMs: number): number {
    const histogram = this.#histogram;
    const placeOf = (ms: number): number => histogram.countsArrayIndex(Math.min(longestUs, Math.round(ms * 1_000)));
    let count = 0;
    for (let place = placeOf(fromMs); place < placeOf(toMs); place += 1) count += histogram.getCountAtIndex(place);
    return count;
  }
}
