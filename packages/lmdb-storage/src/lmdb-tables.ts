import { crc32 } from 'node:zlib';
import type { GroupId } from '@quorate/actor';
import {
  nothingApplied,
  type Progress,
  type Table,
  type TableRange,
  type TableRow,
  type Tables,
  type TablesWriter,
} from '@quorate/config-store';
import { CorruptRecord } from '@quorate/raft';
import type { RangeOptions } from 'lmdb';
import { unseal } from './checked-record.ts';
import { groupPrefix, groupSeed } from './group-key.ts';
import { readProgress, recordProgress } from './progress-record.ts';
import type { StateEnvironment } from './state-environment.ts';
import { storeSync } from './store-sync.ts';
import { TableKeys } from './table-key.ts';
import { TableReading } from './table-reading.ts';
import { RowRecords, readRow } from './table-record.ts';
import { TableReplacement } from './table-replacement.ts';

/**
 * The tables of one group's state machine, in LMDB. Every read verifies what it reads and throws `CorruptRecord` if it
 * does not pass. Rows are copies. Nothing is flushed until the data folder is.
 */
export class LmdbTables implements Tables {
  readonly #group: GroupId;
  readonly #environment: StateEnvironment;
  readonly #prefix: Buffer;
  readonly #seed: number;
  readonly #keys: TableKeys;
  readonly #records = new RowRecords();
  readonly #writer: TablesWriter = this.#writerOf();
  #progress: Progress;
  #inTransaction = false;
  #isBeingReplaced = false;

  /** @throws {CorruptRecord} if the record of progress does not pass its check */
  constructor(environment: StateEnvironment, group: GroupId) {
    this.#group = group;
    this.#environment = environment;
    this.#prefix = groupPrefix(group);
    this.#seed = groupSeed(group);
    this.#keys = new TableKeys(this.#prefix);
    const stored = environment.progress.getBinary(this.#prefix);
    const where = `the progress of group ${group}`;
    this.#progress = stored === undefined ? nothingApplied : readProgress(stored, this.#seed, where);
  }

  get progress(): Progress {
    return this.#progress;
  }

  /** Whether they may not be read now. */
  get isBeingReplaced(): boolean {
    return this.#isBeingReplaced;
  }

  get<Key, Row>(table: Table<Key, Row>, key: Key): Row | null {
    const stored = this.#keys.of(table, key);
    return this.#environment.guard(() => {
      const record = this.#environment.rows.getBinary(stored);
      return record === undefined ? null : this.#readRow(table, stored, record);
    });
  }

  range<Key, Row>(table: Table<Key, Row>, range: TableRange<Key>): readonly TableRow<Key, Row>[] {
    const { from, after, to, limit } = range;
    const begin = from === undefined ? this.#keys.beginningOf(table) : Buffer.from(this.#keys.of(table, from));
    const last = after === undefined ? null : Buffer.from(this.#keys.of(table, after));
    const exclusiveStart = last !== null && Buffer.compare(last, begin) >= 0;
    const end = to === undefined ? this.#keys.endOf(table) : this.#keys.of(table, to);
    return this.#environment.guard(() =>
      this.#readRange(table, { start: exclusiveStart ? last : begin, end, exclusiveStart, limit }),
    );
  }

  /** @throws {Error} if a transaction is under way, or LMDB's; whatever is thrown, nothing of it is kept */
  transaction<Result>(step: (writer: TablesWriter) => Result): Result {
    if (this.#inTransaction) throw new Error('transactions do not nest');
    const before = this.#progress;
    this.#inTransaction = true;
    try {
      return this.#environment.transaction(() => {
        const result = step(this.#writer);
        if (this.#progress !== before) this.#storeProgress(this.#progress);
        return result;
      });
    } catch (error) {
      this.#progress = before;
      throw error;
    } finally {
      this.#inTransaction = false;
    }
  }

  /** Reads all of it as it is now, over as many turns as that takes. */
  reading(): TableReading {
    return new TableReading({
      environment: this.#environment,
      prefix: this.#prefix,
      progress: this.#progress,
      check: (stored, record) => unseal(record, crc32(stored), this.#whereIs(stored)),
    });
  }

  /** Replaces all of it. Until that is finished `progress` stays as it is here, and nothing may be read. */
  replacement(): TableReplacement {
    this.#isBeingReplaced = true;
    return new TableReplacement({
      environment: this.#environment,
      prefix: this.#prefix,
      finished: (progress) => {
        this.#environment.transaction(() => this.#storeProgress(progress));
        this.#progress = progress;
        this.#isBeingReplaced = false;
      },
    });
  }

  #readRange<Key, Row>(
    table: Table<Key, Row>,
    bounds: RangeOptions & { readonly start: Buffer },
  ): readonly TableRow<Key, Row>[] {
    const rows: TableRow<Key, Row>[] = [];
    let before: Buffer = bounds.start;
    // Read to its end, so that it does not hold on to its snapshot of the environment.
    for (const { key, value } of this.#environment.rows.getRange(bounds)) {
      if (Buffer.compare(key, before) < 0)
        throw new CorruptRecord(`the tables of group ${this.#group}`, 'keys are not in order');
      before = key;
      rows.push({ key: this.#keys.read(table, key), row: this.#readRow(table, key, value) });
    }
    return rows;
  }

  #writerOf(): TablesWriter {
    const tables = this;
    return {
      get progress() {
        return tables.progress;
      },
      get: (table, key) => this.get(table, key),
      range: (table, range) => this.range(table, range),
      put: (table, key, row) => this.#put(table, key, row),
      delete: (table, key) => this.#delete(table, key),
      setProgress: (progress) => this.#setProgress(progress),
    };
  }

  #put<Key, Row>(table: Table<Key, Row>, key: Key, row: Row): void {
    this.#checkInTransaction();
    const stored = this.#keys.of(table, key);
    storeSync(this.#environment.rows, stored, this.#records.of(table, row, crc32(stored)));
  }

  #delete<Key, Row>(table: Table<Key, Row>, key: Key): void {
    this.#checkInTransaction();
    this.#environment.rows.removeSync(this.#keys.of(table, key));
  }

  /** It is stored at the end of the transaction: once for all entries of a batch. */
  #setProgress(progress: Progress): void {
    this.#checkInTransaction();
    this.#progress = progress;
  }

  #storeProgress(progress: Progress): void {
    storeSync(this.#environment.progress, this.#prefix, recordProgress(progress, this.#seed));
  }

  #checkInTransaction(): void {
    if (!this.#inTransaction) throw new Error('the transaction is over');
  }

  #readRow<Key, Row>(table: Table<Key, Row>, stored: Buffer, record: Buffer): Row {
    return readRow(table, record, crc32(stored), () => this.#whereIs(stored));
  }

  /** Names a row for people: its key as text, and counters in it as they are. */
  #whereIs(stored: Buffer): string {
    const key = stored.toString('latin1', this.#prefix.length + 1).replace(/\0$/, '');
    return `the tables of group ${this.#group}, table ${stored[this.#prefix.length]}, key ${JSON.stringify(key)}`;
  }
}
