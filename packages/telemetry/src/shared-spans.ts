import type { Link } from '@opentelemetry/api';

/** So many of the newest are known. */
const maxKnown = 4_096;

/** The spans that many writes have in common, of which each is made once: where to link to. */
export class SharedSpans {
  readonly #links = new Map<string, Link>();

  /** The span that was made of that; null if none was, or it is forgotten. */
  find(key: string): Link | null {
    return this.#links.get(key) ?? null;
  }

  /** It is made. */
  add(key: string, link: Link): void {
    this.#links.set(key, link);
    if (this.#links.size <= maxKnown) return;
    for (const oldest of this.#links.keys()) {
      this.#links.delete(oldest);
      return;
    }
  }
}
