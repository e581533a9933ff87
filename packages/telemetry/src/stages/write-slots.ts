/** A record of some numbers for each of the newest entries, in a typed array, in the place that the index gives it. Index and term are the first two. */
export class WriteSlots {
  /** All numbers of all records. */
  readonly numbers: Float64Array;
  readonly #width: number;
  readonly #slots: number;

  constructor(slots: number, width: number) {
    this.#slots = slots;
    this.#width = width;
    this.numbers = new Float64Array(slots * width);
  }

  /** Where the record of an entry is, or would go in the place of another. */
  placeOf(index: number): number {
    return (index % this.#slots) * this.#width;
  }

  /** Where the record of an entry is; null if there is none. */
  find(index: number): number | null {
    const at = this.placeOf(index);
    return this.numbers[at] === index ? at : null;
  }

  /** Where each place begins. */
  *places(): Iterable<number> {
    for (let at = 0; at < this.numbers.length; at += this.#width) yield at;
  }
}
