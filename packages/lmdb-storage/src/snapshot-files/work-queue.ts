/** Runs one piece of work after the other, in the order in which they came. */
export class WorkQueue {
  readonly #onError: (error: unknown) => void;
  #last: Promise<void> = Promise.resolve();

  /** `onError` is told what a piece of work throws; the next one goes on. */
  constructor(onError: (error: unknown) => void) {
    this.#onError = onError;
  }

  add(work: () => Promise<void>): void {
    this.#last = this.#last.then(work).catch(this.#onError);
  }

  /** Resolves when all that was added before is done. */
  async idle(): Promise<void> {
    await this.#last;
  }
}
