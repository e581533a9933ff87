import type { Progress } from '@quorate/config-store';
import { rowBytes, type SnapshotRow } from '@quorate/wire';
import type { Transaction } from 'lmdb';
import { keyAfter } from './group-key.ts';
import type { StateEnvironment } from './state-environment.ts';

/** What a reading is of. */
export interface TableReadingOptions {
  readonly environment: StateEnvironment;
  /** What the group's keys begin with. */
  readonly prefix: Buffer;
  readonly progress: Progress;
  /** Checks a record. @throws {CorruptRecord} */
  readonly check: (key: Buffer, record: Buffer) => void;
}

/** The tables of a group as they were at one moment, whatever becomes of them: in one read transaction, which keeps LMDB from using the pages again. */
export class TableReading {
  readonly progress: Progress;
  readonly #options: TableReadingOptions;
  readonly #transaction: Transaction;
  #last: Buffer | null = null;
  #isEnded = false;
  #isClosed = false;

  /** The moment is now. */
  constructor(options: TableReadingOptions) {
    this.#options = options;
    this.progress = options.progress;
    this.#transaction = options.environment.beginReading();
  }

  /** Whether all rows were given. */
  get isEnded(): boolean {
    return this.#isEnded;
  }

  /** The next rows in the order of their keys: `maxRows` at most, and none after the one that makes them `maxBytes` long. @throws {CorruptRecord} */
  next(maxRows: number, maxBytes: number): readonly SnapshotRow[] {
    return this.#options.environment.guard(() => this.#next(maxRows, maxBytes));
  }

  /** Gives the pages free. Again does nothing. */
  close(): void {
    if (!this.#isClosed) this.#transaction.done();
    this.#isClosed = true;
  }

  #next(maxRows: number, maxBytes: number): readonly SnapshotRow[] {
    const { environment, prefix, check } = this.#options;
    const transaction = this.#transaction;
    const exclusiveStart = this.#last !== null;
    const range = { start: this.#last ?? prefix, end: keyAfter(prefix), exclusiveStart, limit: maxRows, transaction };
    const rows: SnapshotRow[] = [];
    let bytes = 0;
    for (const { key, value } of environment.rows.getRange(range)) {
      check(key, value);
      this.#last = key;
      const row = { key: key.subarray(prefix.length), record: value };
      rows.push(row);
      bytes += rowBytes(row);
      if (bytes >= maxBytes) return rows;
    }
    this.#isEnded = rows.length < maxRows;
    return rows;
  }
}
