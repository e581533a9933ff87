import type { SimulatedEvent } from './simulated-event.ts';

const prime = 0x01000193;

/** A number as its bits. */
const float = new Float64Array(1);
const floatWords = new Int32Array(float.buffer);

/** A running hash of all that happened, with all that was said: two runs with the same one were the same (FNV-1a in two lanes). */
export class TraceHash {
  #low = 0x811c9dc5 | 0;
  #high = 0x23a98d71 | 0;

  /** Adds one event, and what its message holds. */
  add({ node, process, actor, kind, atUs, order, from, message }: SimulatedEvent): void {
    this.#number(node?.place ?? -1);
    this.#number(process?.identity.incarnation ?? -1);
    this.#text(actor);
    this.#text(kind);
    this.#text(from);
    this.#number(atUs);
    this.#number(order);
    if (message !== null) this.#value(message);
  }

  /** Sixteen hexadecimal digits. */
  toString(): string {
    return [this.#high, this.#low].map((lane) => (lane >>> 0).toString(16).padStart(8, '0')).join('');
  }

  #value(value: unknown): void {
    if (typeof value === 'number') this.#number(value);
    else if (typeof value === 'string') this.#text(value);
    else if (value instanceof Uint8Array) this.#bytes(value);
    else if (typeof value === 'object' && value !== null) this.#fields(value);
    else this.#text(String(value));
  }

  /** Their order is the code's own, and the same each time. */
  #fields(value: object): void {
    for (const [name, field] of Object.entries(value)) {
      this.#text(name);
      this.#value(field);
    }
    this.#word(0);
  }

  #bytes(bytes: Uint8Array): void {
    this.#word(bytes.length);
    for (const byte of bytes) this.#word(byte);
  }

  #text(text: string): void {
    this.#word(text.length);
    for (let at = 0; at < text.length; at += 1) this.#word(text.charCodeAt(at));
  }

  #number(value: number): void {
    if (Number.isInteger(value) && value === (value | 0)) return this.#word(value);
    float[0] = value;
    for (const word of floatWords) this.#word(word);
  }

  #word(word: number): void {
    this.#low = Math.imul(this.#low ^ word, prime);
    this.#high = Math.imul(this.#high ^ word ^ (this.#low >>> 15), prime);
  }
}
