/** The monotonic clock of one node: it runs a little fast or slow, or much too fast or slow for a while; may jump ahead; and stands still while its machine is suspended. */
export class NodeClock {
  readonly #usualRate: number;
  #factor = 1;
  #standsStill = false;
  /** Since when it runs as it does, and what it showed then. */
  #sinceUs = 0;
  #shownMs: number;
  #gainedMs = 0;

  constructor(rate: number, startMs: number) {
    this.#usualRate = rate;
    this.#shownMs = startMs;
  }

  /** How fast it runs now, by virtual time. */
  get rate(): number {
    return this.#standsStill ? 0 : this.#usualRate * this.#factor;
  }

  /** What it shows at that virtual time, in milliseconds: now, or later if it goes on as it does. */
  at(virtualUs: number): number {
    return this.#shownMs + ((virtualUs - this.#sinceUs) / 1000) * this.rate;
  }

  /** How much virtual time passes while this clock counts `delayMs`. Whole microseconds, at least one. */
  virtualUs(delayMs: number): number {
    return Math.max(1, Math.round((delayMs / this.rate) * 1000));
  }

  /** How much more than its usual rate gives it has shown by then, in milliseconds: by jumps, and by running much too fast for a while. */
  gainedMs(virtualUs: number): number {
    const tooFast = this.#standsStill ? 0 : this.#usualRate * Math.max(0, this.#factor - 1);
    return this.#gainedMs + ((virtualUs - this.#sinceUs) / 1000) * tooFast;
  }

  jump(byMs: number): void {
    this.#shownMs += byMs;
    this.#gainedMs += byMs;
  }

  /** From now on it runs so many times as fast as it usually does. */
  runAt(factor: number, nowUs: number): void {
    this.#note(nowUs);
    this.#factor = factor;
  }

  /** The machine is suspended. */
  stop(nowUs: number): void {
    this.#note(nowUs);
    this.#standsStill = true;
  }

  /** The machine goes on: the clock shows what it showed when it was stopped. */
  goOn(nowUs: number): void {
    this.#note(nowUs);
    this.#standsStill = false;
  }

  #note(nowUs: number): void {
    this.#gainedMs = this.gainedMs(nowUs);
    this.#shownMs = this.at(nowUs);
    this.#sinceUs = nowUs;
  }
}
