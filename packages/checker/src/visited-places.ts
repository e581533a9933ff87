const NONE = -1;

/** Of rows: a quarter of a gigabyte. */
const usualMaxWords = 2 ** 26;

/**
 * The places that a search has been to. A place is a key, and a set of optional operations that were used up on the way:
 * a place is known too if the search has been at its key with a part of the set, since more was possible from there.
 */
export class VisitedPlaces {
  readonly #keyWords: number;
  readonly #rowWords: number;
  readonly #maxWords: number;
  #rows: Int32Array;
  #rowCount = 0;
  /** The last row of each bucket; each row names the one before. */
  #buckets: Int32Array = new Int32Array(1024).fill(NONE);

  /** All in words of 32 bits. `maxWords` bounds what is remembered: then some places are gone through again, which takes time and is not wrong. */
  constructor(keyWords: number, setWords: number, maxWords: number = usualMaxWords) {
    this.#keyWords = keyWords;
    this.#rowWords = 1 + keyWords + setWords;
    this.#maxWords = maxWords;
    this.#rows = new Int32Array(64 * this.#rowWords);
  }

  /** Adds a place, if there is room; false if it was known. */
  add(key: Int32Array, used: Int32Array): boolean {
    for (let row = this.#bucketOf(hashOf(key)); row !== NONE; row = this.#rows[row * this.#rowWords] ?? NONE) {
      if (this.#covers(row * this.#rowWords + 1, key, used)) return false;
    }
    if ((this.#rowCount + 1) * this.#rowWords <= this.#maxWords) this.#append(key, used);
    return true;
  }

  #covers(start: number, key: Int32Array, used: Int32Array): boolean {
    for (let word = 0; word < key.length; word += 1) {
      if (this.#rows[start + word] !== key[word]) return false;
    }
    for (let word = 0; word < used.length; word += 1) {
      const before = this.#rows[start + this.#keyWords + word] ?? 0;
      if ((before & ~(used[word] ?? 0)) !== 0) return false;
    }
    return true;
  }

  #append(key: Int32Array, used: Int32Array): void {
    if (this.#rowCount >= this.#buckets.length) this.#growBuckets();
    const start = this.#rowCount * this.#rowWords;
    if (start + this.#rowWords > this.#rows.length) {
      const grown = new Int32Array(this.#rows.length * 2);
      grown.set(this.#rows);
      this.#rows = grown;
    }
    this.#rows.set(key, start + 1);
    this.#rows.set(used, start + 1 + this.#keyWords);
    this.#enter(this.#rowCount, hashOf(key));
    this.#rowCount += 1;
  }

  #growBuckets(): void {
    this.#buckets = new Int32Array(this.#buckets.length * 4).fill(NONE);
    for (let row = 0; row < this.#rowCount; row += 1) {
      const start = row * this.#rowWords + 1;
      this.#enter(row, hashOf(this.#rows.subarray(start, start + this.#keyWords)));
    }
  }

  #enter(row: number, hash: number): void {
    this.#rows[row * this.#rowWords] = this.#bucketOf(hash);
    this.#buckets[hash & (this.#buckets.length - 1)] = row;
  }

  #bucketOf(hash: number): number {
    return this.#buckets[hash & (this.#buckets.length - 1)] ?? NONE;
  }
}

/** The mixing steps of MurmurHash3. */
function hashOf(words: Int32Array): number {
  let hash = 0;
  for (let place = 0; place < words.length; place += 1) {
    const mixed = Math.imul(words[place] ?? 0, 0xcc9e2d51);
    hash ^= Math.imul((mixed << 15) | (mixed >>> 17), 0x1b873593);
    hash = (Math.imul((hash << 13) | (hash >>> 19), 5) + 0xe6546b64) | 0;
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return hash ^ (hash >>> 16);
}
