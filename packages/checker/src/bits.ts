/** A set of small numbers. */
export class Bits {
  readonly words: Int32Array;

  /** Holds numbers below `size`. */
  constructor(size: number) {
    this.words = new Int32Array(Math.ceil(size / 32));
  }

  add(bit: number): void {
    const word = bit >>> 5;
    this.words[word] = (this.words[word] ?? 0) | (1 << (bit & 31));
  }

  delete(bit: number): void {
    const word = bit >>> 5;
    this.words[word] = (this.words[word] ?? 0) & ~(1 << (bit & 31));
  }

  has(bit: number): boolean {
    return ((this.words[bit >>> 5] ?? 0) & (1 << (bit & 31))) !== 0;
  }

  clear(): void {
    this.words.fill(0);
  }
}
