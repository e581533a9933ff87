/** Times in milliseconds, many of them, and what share of them was how long. */
export class Latencies {
  /** Steps of a hundredth of a decade: each is 2.3 % longer than the one before. */
  readonly #counts = new Uint32Array(800);
  #count = 0;
  #longestMs = 0;

  add(ms: number): void {
    const place = Math.floor(100 * (Math.log10(Math.max(ms, firstMs)) - Math.log10(firstMs)));
    const at = Math.min(this.#counts.length - 1, place);
    this.#counts[at] = (this.#counts[at] ?? 0) + 1;
    this.#count += 1;
    this.#longestMs = Math.max(this.#longestMs, ms);
  }

  get count(): number {
    return this.#count;
  }

  get longestMs(): number {
    return this.#longestMs;
  }

  /** So long took that share of them at the most, to 2.3 %; 0 if there are none. */
  quantile(share: number): number {
    let left = share * this.#count;
    for (const [place, count] of this.#counts.entries()) {
      left -= count;
      if (left <= 0 && count > 0) return Math.min(this.#longestMs, firstMs * 10 ** ((place + 1) / 100));
    }
    return this.#longestMs;
  }

  /** As cells of a table: number, median, 99 %, 99.9 %, longest. */
  cells(): readonly string[] {
    const times = [this.quantile(0.5), this.quantile(0.99), this.quantile(0.999), this.#longestMs];
    return [String(this.#count), ...times.map((ms) => ms.toFixed(1))];
  }
}

const firstMs = 0.01;

/** The titles of `cells`. */
export const latencyTitles: readonly string[] = ['writes', 'median, ms', '99 %', '99.9 %', 'longest'];

/** The one in the middle. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}
