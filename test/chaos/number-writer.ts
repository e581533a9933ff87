import { QuorateError, type Store } from '@quorate/client';

/** The key under which numbers are written. */
export const numberKey = '/number';

/**
 * Writes 1, 2, 3 … under one key, each over the one before it: what is late changes nothing any more. So the key holds at least
 * what was acknowledged last, for as long as nobody loses anything.
 */
export class NumberWriter {
  readonly #store: Store;
  #acknowledged = 0;
  #revision = 0n;
  /** When which number was acknowledged. */
  readonly #history: { readonly atMs: number; readonly number: number }[] = [];

  constructor(store: Store) {
    this.#store = store;
  }

  /** The newest number that is certainly there. */
  get acknowledged(): number {
    return this.#acknowledged;
  }

  /** The newest number that was certainly there at that time, by `performance.now`. */
  acknowledgedBy(atMs: number): number {
    return this.#history.findLast((one) => one.atMs <= atMs)?.number ?? 0;
  }

  /** Writes until the signal. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      try {
        await this.#writeNext();
      } catch (error) {
        if (!(error instanceof QuorateError)) throw error;
        await this.#look(signal);
      }
    }
  }

  async #writeNext(): Promise<void> {
    const number = this.#acknowledged + 1;
    const { revision } = await this.#store.put(numberKey, String(number), {
      ifRevision: this.#revision,
      timeoutMs: 2_000,
    });
    this.#note(number, revision);
  }

  /** Whatever became of the last one: what is there is what the next goes over. */
  async #look(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      try {
        const entry = await this.#store.get(numberKey, { consistency: 'readIndex', timeoutMs: 2_000 });
        return this.#note(numberIn(entry), entry?.modRevision ?? 0n);
      } catch (error) {
        if (!(error instanceof QuorateError)) throw error;
      }
    }
  }

  #note(number: number, revision: bigint): void {
    this.#revision = revision;
    if (number <= this.#acknowledged) return;
    this.#acknowledged = number;
    this.#history.push({ atMs: performance.now(), number });
  }
}

/** The number that an entry holds; 0 if there is none. */
export const numberIn = (entry: { readonly value: Uint8Array } | null): number =>
  entry === null ? 0 : Number(Buffer.from(entry.value).toString());
