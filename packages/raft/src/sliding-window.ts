/** The newest numbers of a series, as many as the window holds. */
export class SlidingWindow {
  readonly #size: number;
  readonly #values: number[] = [];
  /** The place of the oldest, once the window is full. */
  #oldest = 0;
  #sum = 0;

  /** Holds `size` numbers, one at least. */
  constructor(size: number) {
    this.#size = size;
  }

  /** Adds a number; the oldest goes if the window is full. */
  add(value: number): void {
    this.#sum += value;
    if (this.#values.length < this.#size) {
      this.#values.push(value);
      return;
    }
    this.#sum -= this.#values[this.#oldest] ?? 0;
    this.#values[this.#oldest] = value;
    this.#oldest = (this.#oldest + 1) % this.#size;
  }

  /** How many it holds. */
  get count(): number {
    return this.#values.length;
  }

  /** Null while it holds none. */
  get mean(): number | null {
    return this.#values.length === 0 ? null : this.#sum / this.#values.length;
  }

  /** The least of them; null while it holds none. */
  get least(): number | null {
    return this.#values.length === 0 ? null : Math.min(...this.#values);
  }
}
