/** When calls are due that come at an even rate. */
export class RateSchedule {
  readonly #startMs: number;
  readonly #intervalMs: number;
  #taken = 0;

  constructor(startMs: number, ratePerSecond: number) {
    this.#startMs = startMs;
    this.#intervalMs = 1_000 / ratePerSecond;
  }

  /** When the next call is due. */
  get nextMs(): number {
    return this.#startMs + this.#taken * this.#intervalMs;
  }

  /** Takes the next call; the answer is when it is due. */
  take(): number {
    const dueMs = this.nextMs;
    this.#taken += 1;
    return dueMs;
  }
}
