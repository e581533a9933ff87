import type { Store } from '@quorate/client';
import { Progress } from '../output/progress.ts';
import { putAll } from '../put-all.ts';
import type { LoadFlags } from './load-options.ts';

/** The keys that a load reads and writes, and the value that they all have. */
export class BenchKeys {
  readonly value: Uint8Array;
  readonly #count: number;
  readonly #prefix: string;

  constructor({ keys, prefix, size }: Pick<LoadFlags, 'keys' | 'prefix' | 'size'>) {
    this.value = new Uint8Array(size).fill('x'.charCodeAt(0));
    this.#count = keys;
    this.#prefix = prefix;
  }

  /** One of them, by chance. */
  any(): string {
    return this.#name(Math.floor(Math.random() * this.#count));
  }

  /** Writes all of them, and shows on a terminal how far it is. @throws {CommandFailure} if one could not be written */
  async write(store: Pick<Store, 'put'>, signal: AbortSignal): Promise<void> {
    const entries = Array.from({ length: this.#count }, (_, number) => ({
      key: this.#name(number),
      value: this.value,
    }));
    const put: Store['put'] = async (key, value) => {
      signal.throwIfAborted();
      return store.put(key, value);
    };
    const progress = new Progress(this.#count, 'keys written');
    await putAll({ put }, entries, (written) => progress.show(written)).finally(() => progress.end());
  }

  #name(number: number): string {
    return `${this.#prefix}${String(number).padStart(7, '0')}`;
  }
}
