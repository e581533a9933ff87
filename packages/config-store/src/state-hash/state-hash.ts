const lanes = [
  { multiplier: 0xcc9e2d51, added: 0xe6546b64 },
  { multiplier: 0x1b873593, added: 0x52dce729 },
] as const;
const twoTo32 = 2 ** 32;

/**
 * A hash of 53 bits that goes on with whatever comes: two lanes of MurmurHash3. It tells apart the states of nodes that should be equal,
 * and is no defence against anybody who looks for two that collide.
 */
export class StateHash {
  #from = 0;
  #isMixed = false;
  #first = 0;
  #second = 0;

  /** Goes on from the value of another; 0 at the beginning. */
  constructor(value: number) {
    this.goOnFrom(value);
  }

  /** Forgets all else, and goes on from the value of another. */
  goOnFrom(value: number): void {
    this.#from = value;
    this.#isMixed = false;
    this.#first = (value % twoTo32) | 0;
    this.#second = Math.floor(value / twoTo32) | 0;
  }

  /** A safe integer from 0; where it went on from, while nothing has come. */
  get value(): number {
    if (!this.#isMixed) return this.#from;
    const first = avalanche(this.#first ^ (this.#second << 7)) >>> 0;
    const second = avalanche(this.#second ^ this.#first) & 0x1fffff;
    return second * twoTo32 + first;
  }

  /** Takes a safe integer from 0. */
  counter(number: number): void {
    this.#mix((number % twoTo32) | 0);
    this.#mix(Math.floor(number / twoTo32) | 0);
  }

  /** Takes a text and its length, so that two texts are not taken for one. */
  text(text: string): void {
    for (let at = 0; at < text.length; at += 2) {
      this.#mix(text.charCodeAt(at) | (at + 1 < text.length ? text.charCodeAt(at + 1) << 16 : 0));
    }
    this.#mix(text.length);
  }

  /** Takes bytes and their length. They are most of what is hashed, and go through one lane first. */
  bytes(bytes: Uint8Array): void {
    const { length } = bytes;
    const { multiplier, added } = lanes[0];
    let hash = length;
    for (let at = 0; at < length; at += 4) {
      const word =
        (bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8) | ((bytes[at + 2] ?? 0) << 16) | ((bytes[at + 3] ?? 0) << 24);
      hash = step(hash, word, multiplier, added);
    }
    this.#mix(avalanche(hash));
    this.#mix(length);
  }

  #mix(word: number): void {
    this.#isMixed = true;
    this.#first = step(this.#first, word, lanes[0].multiplier, lanes[0].added);
    this.#second = step(this.#second, word, lanes[1].multiplier, lanes[1].added);
  }
}

function step(hash: number, word: number, multiplier: number, added: number): number {
  const spread = Math.imul(word, multiplier);
  const mixed = hash ^ ((spread << 15) | (spread >>> 17));
  return (Math.imul((mixed << 13) | (mixed >>> 19), 5) + added) | 0;
}

function avalanche(hash: number): number {
  const once = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  const twice = Math.imul(once ^ (once >>> 13), 0xc2b2ae35);
  return twice ^ (twice >>> 16);
}
