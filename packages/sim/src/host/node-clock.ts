/** The monotonic clock of one node: it runs a little fast or slow, and may jump ahead. */
export class NodeClock {
  readonly rate: number;
  readonly #startMs: number;
  #aheadMs = 0;

  constructor(rate: number, startMs: number) {
    this.rate = rate;
    this.#startMs = startMs;
  }

  /** What it shows at that virtual time, in milliseconds. */
  at(virtualUs: number): number {
    return this.#startMs + this.#aheadMs + (virtualUs / 1000) * this.rate;
  }

  /** How much virtual time passes while this clock counts `delayMs`. Whole microseconds, at least one. */
  virtualUs(delayMs: number): number {
    return Math.max(1, Math.round((delayMs / this.rate) * 1000));
  }

  jump(byMs: number): void {
    this.#aheadMs += byMs;
  }
}
