import type { Progress } from '@quorate/config-store';
import type { SnapshotRow } from '@quorate/wire';
import { keyAfter } from './group-key.ts';
import type { StateEnvironment } from './state-environment.ts';
import { storeSync } from './store-sync.ts';
import { recordProgress } from './table-record.ts';

/** What is replaced, and who wants to know when it is. */
export interface TableReplacementOptions {
  readonly environment: StateEnvironment;
  readonly prefix: Buffer;
  readonly seed: number;
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
    const keys = environment.guard(() => [...environment.entries.getKeys(range)]);
    environment.transaction(() => {
      for (const key of keys) environment.entries.removeSync(key);
    });
    return keys.length < maxRows;
  }

  /** Then: puts rows. */
  put(rows: readonly SnapshotRow[]): void {
    const { environment, prefix } = this.#options;
    environment.transaction(() => {
      for (const { key, record } of rows) {
        storeSync(environment.entries, Buffer.concat([prefix, key]), Buffer.from(record));
      }
    });
  }

  /** Last: this is what is applied. */
  finish(progress: Progress): void {
    const { environment, prefix, seed, finished } = this.#options;
    environment.transaction(() => storeSync(environment.progress, prefix, recordProgress(progress, seed)));
    finished(progress);
  }
}
