/**
 * Records of some numbers each, the newest of them, in one typed array: to record allocates nothing. The first three numbers of a record are the first and the
 * last entry that it is true of, and when that was; records come in the order of their times.
 */
export class NumberRing {
  /** All numbers of all records: `next` says where one begins. */
  readonly numbers: Float64Array;
  /** How many numbers a record has. */
  readonly width: number;
  readonly #slots: number;
  #written = 0;

  constructor(slots: number, width: number) {
    this.#slots = slots;
    this.width = width;
    this.numbers = new Float64Array(slots * width);
  }

  /** Where the numbers of a new record go, in the place of the oldest. */
  next(): number {
    const at = (this.#written % this.#slots) * this.width;
    this.#written += 1;
    return at;
  }

  /** Forgets all records. */
  clear(): void {
    this.#written = 0;
  }

  /** Where the newest record of an entry begins; null if there is none. */
  newestOf(index: number): number | null {
    for (let back = 1; back <= this.#kept; back += 1) {
      const at = this.#placeOf(back);
      if (this.#isOf(at, index)) return at;
    }
    return null;
  }

  /** Where the first record of an entry begins, of those that are not from before that time; null if there is none. */
  firstOf(index: number, notBeforeMs: number): number | null {
    for (let back = this.#countSince(notBeforeMs); back >= 1; back -= 1) {
      const at = this.#placeOf(back);
      if (this.#isOf(at, index)) return at;
    }
    return null;
  }

  /** How many records are not from before that time: they are in the order of their times. */
  #countSince(timeMs: number): number {
    let [least, most] = [0, this.#kept];
    while (least < most) {
      const back = Math.ceil((least + most) / 2);
      if (this.#number(this.#placeOf(back) + 2) < timeMs) most = back - 1;
      else least = back;
    }
    return least;
  }

  get #kept(): number {
    return Math.min(this.#written, this.#slots);
  }

  #placeOf(back: number): number {
    return ((this.#written - back) % this.#slots) * this.width;
  }

  #isOf(at: number, index: number): boolean {
    return this.#number(at) <= index && index <= this.#number(at + 1);
  }

  #number(at: number): number {
    return this.numbers[at] ?? Number.NaN;
  }
}
