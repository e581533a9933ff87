import { crc32 } from 'node:zlib';
import type { GroupId } from '@quorate/actor';
import type { KeyRange, Progress, StoredEntry, Tables, TablesWriter } from '@quorate/config-store';
import { CorruptRecord, logIndex, term } from '@quorate/raft';
import type { RangeOptions } from 'lmdb';
import { groupPrefix, groupSeed, keyAfter, tableKey, tableKeyBound } from './group-key.ts';
import type { StateEnvironment } from './state-environment.ts';
import { storeSync } from './store-sync.ts';
import { TableReading } from './table-reading.ts';
import { readProgress, readTableEntry, recordProgress, recordTableEntry } from './table-record.ts';
import { TableReplacement } from './table-replacement.ts';

const nothingApplied: Progress = { lastApplied: logIndex(0), lastAppliedTerm: term(0), revision: 0 };

/**
 * The tables of one group's state machine, in LMDB. Every read verifies what it reads and throws `CorruptRecord` if it
 * does not pass. Values are copies. Nothing is flushed until the data folder is.
 */
export class LmdbTables implements Tables {
  readonly #group: GroupId;
  readonly #environment: StateEnvironment;
  readonly #prefix: Buffer;
  readonly #seed: number;
  #progress: Progress;
  #inTransaction = false;

  /** @throws {CorruptRecord} if the record of progress does not pass its check */
  constructor(environment: StateEnvironment, group: GroupId) {
    this.#group = group;
    this.#environment = environment;
    this.#prefix = groupPrefix(group);
    this.#seed = groupSeed(group);
    const stored = environment.progress.getBinary(this.#prefix);
    const where = `the progress of group ${group}`;
    this.#progress = stored === undefined ? nothingApplied : readProgress(stored, this.#seed, where);
  }

  get progress(): Progress {
    return this.#progress;
  }

  get(key: string): StoredEntry | null {
    const stored = tableKey(this.#prefix, key);
    if (stored === null) return null;
    return this.#environment.guard(() => {
      const record = this.#environment.entries.getBinary(stored);
      return record === undefined ? null : this.#readEntry(key, stored, record);
    });
  }

  range({ prefix, after, limit }: KeyRange): readonly StoredEntry[] {
    const first = tableKey(this.#prefix, prefix);
    if (first === null) return [];
    const last = after === null ? null : tableKeyBound(this.#prefix, after);
    const exclusiveStart = last !== null && Buffer.compare(last, first) >= 0;
    const start = exclusiveStart ? last : first;
    const bounds = { start, end: keyAfter(first), exclusiveStart, limit };
    return this.#environment.guard(() => this.#readRange(bounds));
  }

  /** @throws {Error} if a transaction is under way, or LMDB's; whatever is thrown, nothing of it is kept */
  transaction<Result>(step: (writer: TablesWriter) => Result): Result {
    if (this.#inTransaction) throw new Error('transactions do not nest');
    const before = this.#progress;
    this.#inTransaction = true;
    try {
      return this.#environment.transaction(() => step(this.#writer()));
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
      check: (stored, record) => void this.#readEntry(stored.toString('utf8', this.#prefix.length), stored, record),
    });
  }

  /** Replaces all of it. Until that is finished `progress` stays as it is here, and nothing may be read. */
  replacement(): TableReplacement {
    return new TableReplacement({
      environment: this.#environment,
      prefix: this.#prefix,
      seed: this.#seed,
      finished: (progress) => {
        this.#progress = progress;
      },
    });
  }

  #readRange(bounds: RangeOptions & { readonly start: Buffer; readonly end: Buffer }): readonly StoredEntry[] {
    const entries: StoredEntry[] = [];
    let before: Buffer = bounds.start;
    // Read to its end, so that it does not hold on to its snapshot of the environment.
    for (const { key, value } of this.#environment.entries.getRange(bounds)) {
      if (Buffer.compare(key, before) < 0)
        throw new CorruptRecord(`the tables of group ${this.#group}`, 'keys are not in order');
      before = key;
      entries.push(this.#readEntry(key.toString('utf8', this.#prefix.length), key, value));
    }
    return entries;
  }

  #writer(): TablesWriter {
    const tables = this;
    return {
      get progress() {
        return tables.progress;
      },
      get: (key) => this.get(key),
      range: (range) => this.range(range),
      put: (entry) => this.#put(entry),
      delete: (key) => this.#delete(key),
      setProgress: (progress) => this.#setProgress(progress),
    };
  }

  #put(entry: StoredEntry): void {
    this.#checkInTransaction();
    const key = tableKey(this.#prefix, entry.key);
    if (key === null) throw new RangeError(`a key of ${entry.key.length} characters is too long or not well-formed`);
    storeSync(this.#environment.entries, key, recordTableEntry(entry, this.#entrySeed(key)));
  }

  #delete(key: string): void {
    this.#checkInTransaction();
    const stored = tableKey(this.#prefix, key);
    if (stored !== null) this.#environment.entries.removeSync(stored);
  }

  #setProgress(progress: Progress): void {
    this.#checkInTransaction();
    storeSync(this.#environment.progress, this.#prefix, recordProgress(progress, this.#seed));
    this.#progress = progress;
  }

  #checkInTransaction(): void {
    if (!this.#inTransaction) throw new Error('the transaction is over');
  }

  #readEntry(key: string, stored: Buffer, record: Buffer): StoredEntry {
    const where = `the tables of group ${this.#group}, key ${JSON.stringify(key)}`;
    return readTableEntry(key, record, this.#entrySeed(stored), where);
  }

  #entrySeed(stored: Buffer): number {
    return crc32(stored);
  }
}
