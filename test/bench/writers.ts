import type { Store } from '@quorate/client';

/** One write that was acknowledged, or not. Times are of performance.now(). */
export interface Written {
  readonly askedAtMs: number;
  readonly tookMs: number;
  /** Null if it was acknowledged. */
  readonly error: unknown;
}

/** How writers write. */
export interface WritersOptions {
  readonly stores: readonly Store[];
  /** How many at once, shared out among the stores. */
  readonly callers: number;
  /** How many different keys. */
  readonly keys: number;
  readonly valueBytes: number;
  readonly onWritten: (written: Written) => void;
}

/** Callers who put one key after the other, each waiting for its answer. */
export class Writers {
  readonly #options: WritersOptions;
  readonly #value: Uint8Array;
  #next = 0;
  #end = Number.POSITIVE_INFINITY;

  constructor(options: WritersOptions) {
    this.#options = options;
    this.#value = new Uint8Array(options.valueBytes).fill(120);
  }

  /** How many were asked for so far. */
  get asked(): number {
    return this.#next;
  }

  /** So many more writes, and then no more. */
  async write(count: number): Promise<void> {
    this.#end = this.#next + count;
    await this.#run();
  }

  /** Writes until it is stopped. */
  async writeOn(): Promise<void> {
    this.#end = Number.POSITIVE_INFINITY;
    await this.#run();
  }

  /** No more writes are begun. */
  stop(): void {
    this.#end = 0;
  }

  async #run(): Promise<void> {
    const { stores, callers } = this.#options;
    const calls = Array.from({ length: callers }, async (_, caller) => {
      const store = stores[caller % stores.length];
      if (store !== undefined) await this.#call(store);
    });
    await Promise.all(calls);
  }

  async #call(store: Store): Promise<void> {
    const { keys, onWritten } = this.#options;
    while (this.#next < this.#end) {
      const key = `/bench/${String(this.#next % keys).padStart(7, '0')}`;
      this.#next += 1;
      const askedAtMs = performance.now();
      const error: unknown = await store.put(key, this.#value).then(
        () => null,
        (failure: unknown) => failure,
      );
      onWritten({ askedAtMs, tookMs: performance.now() - askedAtMs, error });
    }
  }
}
