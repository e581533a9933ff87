interface Acknowledgement {
  readonly atMs: number;
  /** The highest index that was acknowledged so far. */
  readonly index: number;
}

/** When which index of the log was acknowledged to a client, or an operator, in virtual time. */
export class Acknowledgements {
  readonly #all: Acknowledgement[] = [];

  /** Somebody is told that what stands at that index was applied. */
  note(index: number, nowMs: number): void {
    if (index > (this.#all.at(-1)?.index ?? 0)) this.#all.push({ atMs: nowMs, index });
  }

  /** The highest index that was acknowledged before then. */
  indexBefore(atMs: number): number {
    return this.#all.findLast((one) => one.atMs < atMs)?.index ?? 0;
  }
}
