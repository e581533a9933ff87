const redrawEveryMs = 100;

/** How far long work has come, on one line of the terminal. Where standard error is no terminal, nothing at all. */
export class Progress {
  readonly #total: number;
  readonly #what: string;
  #drawnAtMs = Number.NEGATIVE_INFINITY;

  constructor(total: number, what: string) {
    this.#total = total;
    this.#what = what;
  }

  /** So much is done. */
  show(done: number): void {
    const nowMs = performance.now();
    if (!process.stderr.isTTY || nowMs - this.#drawnAtMs < redrawEveryMs) return;
    this.#drawnAtMs = nowMs;
    process.stderr.write(`\r${done} of ${this.#total} ${this.#what}`);
  }

  /** Takes the line away. */
  end(): void {
    if (process.stderr.isTTY) process.stderr.write('\r\u001b[K');
  }
}
