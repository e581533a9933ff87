import type { CommittedEntry, Store } from '@quorate/client';
import { eventually } from './eventually.ts';

/** Follows the committed entries from the first on, and keeps them as they came. */
export class CommittedRecorder {
  readonly entries: CommittedEntry[] = [];
  readonly #stop = new AbortController();
  readonly #done: Promise<void>;
  #failure: { readonly error: unknown } | null = null;

  /** Begins to follow. */
  constructor(store: Store) {
    this.#done = this.#follow(store).catch((error: unknown) => {
      if (!this.#stop.signal.aborted) this.#failure = { error };
    });
  }

  /** Resolves when an entry of that index, or a later one, has come. */
  async reached(index: number): Promise<void> {
    await eventually(`the stream has reached ${index}`, async () => {
      if (this.#failure !== null) throw this.#failure.error;
      return (this.entries.at(-1)?.index ?? 0n) >= BigInt(index) ? true : null;
    });
  }

  /** Ends it. */
  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#done;
  }

  async #follow(store: Store): Promise<void> {
    for await (const entry of store.committed({ fromIndex: 1n, signal: this.#stop.signal })) this.entries.push(entry);
  }
}
