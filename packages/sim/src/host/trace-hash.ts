const known = new Map<string, number>();

/** A running hash of all that happened: two runs with the same one were the same (FNV-1a in two lanes). */
export class TraceHash {
  #low = 0x811c9dc5 | 0;
  #high = 0x23a98d71 | 0;

  /** Adds one event. */
  add(node: number, actor: string, kind: string, atUs: number, order: number): void {
    let low = Math.imul(this.#low ^ textHash(actor) ^ node, 0x01000193);
    low = Math.imul(low ^ (atUs | 0), 0x01000193);
    let high = Math.imul(this.#high ^ textHash(kind), 0x01000193);
    high = Math.imul(high ^ order ^ (low >>> 15), 0x01000193);
    this.#low = low;
    this.#high = high;
  }

  /** Sixteen hexadecimal digits. */
  toString(): string {
    return [this.#high, this.#low].map((lane) => (lane >>> 0).toString(16).padStart(8, '0')).join('');
  }
}

function textHash(text: string): number {
  const found = known.get(text);
  if (found !== undefined) return found;
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at += 1) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  known.set(text, hash);
  return hash;
}
