import type { Progress } from '@quorate/config-store';
import type { SnapshotRow } from '@quorate/wire';
import { keyAfter } from './group-key.ts';
import type { StateEnvironment } from './state-environment.ts';
import { storeSync } from './store-sync.ts';

/** What is replaced, and who wants to know when it is. */
export interface TableReplacementOptions {
  readonly environment: StateEnvironment;
  readonly prefix: Buffer;
  /** Stores and tells what is applied now. */
  readonly finished: (progress: Progress) => void;
}

/**
 * Puts other tables in the place of a group's, step by step. Until the last step the group has applied nothing, as far as
 * a process knows that finds it so: then it is done again.
 */
export class TableReplacement {
  readonly #options: TableReplacementOptions;

  constructor(options: TableReplacementOptions) {
    this.#options = options;
  }

  /** First: nothing is applied any more. */
  begin(): void {
    const { environment, prefix } = this.#options;
    environment.transaction(() => environment.progress.removeSync(prefix));
  }

  /** Then: removes rows, `maxRows` at most. True when there is none left. */
  removeSome(maxRows: number): boolean {
    const { environment, prefix } = this.#options;
    const range = { start: prefix, end: keyAfter(prefix), limit: maxRows };
    const keys = environment.guard(() => [...environment.rows.getKeys(range)]);
    environment.transaction(() => {
      for (const key of keys) environment.rows.removeSync(key);
    });
    return keys.length < maxRows;
  }

  /** Then: puts rows. */
  put(rows: readonly SnapshotRow[]): void {
    const { environment, prefix } = this.#options;
    environment.transaction(() => {
      for (const { key, record } of rows) {
        storeSync(environment.rows, Buffer.concat([prefix, key]), Buffer.from(record));
      }
    });
  }

  /** Last: this is what is applied. */
  finish(progress: Progress): void {
    this.#options.finished(progress);
  }
}
