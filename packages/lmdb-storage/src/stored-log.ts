import type { GroupId } from '@quorate/actor';
import {
  CorruptRecord,
  type HardState,
  type LogEntry,
  type LogIndex,
  logIndex,
  type SnapshotRecord,
} from '@quorate/raft';
import { readDamage, recordDamage } from './damage-record.ts';
import type { Essentials } from './essentials.ts';
import { EntryKeys, groupSeed, keyAfter } from './group-key.ts';
import type { BinaryTable, LogCommit, LogEnvironment } from './log-environment.ts';
import { indexInKey, readEntry, readHardState, readPromise, recordHardState, recordPromise } from './log-record.ts';
import { readBase, readSnapshot, recordBase, recordSnapshot } from './snapshot-record.ts';
import { asDamage } from './storage-damage.ts';
import type { LogPosition } from './term-runs.ts';

/** The records of a group's log that are no entries; those that are given are to be written. */
export interface LogHead {
  readonly hardState?: HardState;
  readonly longestPromiseMs?: number;
  readonly base?: LogPosition;
  /** Null takes the record away. */
  readonly snapshot?: SnapshotRecord | null;
  /** Null if it is whole; of one that was damaged, how. */
  readonly damage?: string | null;
}

/** What one commit does to a log. */
export interface LogWrite {
  readonly head: LogHead;
  /** Entries as they are at rest, in order, the first of them at `firstIndex`. */
  readonly firstIndex: number;
  readonly records: readonly Buffer[];
  /** Indexes to remove, from the first to before the second. */
  readonly removed: readonly [number, number];
  readonly removedKeys: readonly Buffer[];
  /** Entries that go into holes, as they are at rest, by index. */
  readonly mended: ReadonlyMap<LogIndex, Buffer>;
}

/** What LMDB has of one group's log, each record checked as it is read. */
export class StoredLog {
  readonly seed: number;
  readonly #group: GroupId;
  readonly #environment: LogEnvironment;
  readonly #keys: EntryKeys;

  constructor(environment: LogEnvironment, group: GroupId) {
    this.#environment = environment;
    this.#group = group;
    this.#keys = new EntryKeys(group);
    this.seed = groupSeed(group);
  }

  /** @throws {CorruptRecord} */
  head(): LogHead {
    const { hardStates, promises, bases, snapshots, damages } = this.#environment;
    const read = <Content>(table: BinaryTable, what: string, reader: Reader<Content>): Content | undefined => {
      const stored = table.getBinary(this.#keys.prefix);
      return stored === undefined ? undefined : reader(stored, this.seed, this.placeOf(what));
    };
    const hardState = read(hardStates, 'hard state', readHardState);
    const longestPromiseMs = read(promises, 'longest promise', readPromise);
    const base = read(bases, 'base', readBase);
    const snapshot = read(snapshots, 'snapshot record', readSnapshot);
    const damage = read(damages, 'damage', readDamage);
    return {
      ...(hardState === undefined ? {} : { hardState }),
      ...(longestPromiseMs === undefined ? {} : { longestPromiseMs }),
      ...(base === undefined ? {} : { base }),
      ...(snapshot === undefined ? {} : { snapshot }),
      ...(damage === undefined ? {} : { damage }),
    };
  }

  /** All entries from `from` on, in order; of one that does not pass its check, the damage. @throws {CorruptRecord} if one is missing; {UnknownFormatVersion} */
  *entries(from: LogIndex): Generator<LogEntry | CorruptRecord> {
    const { prefix } = this.#keys;
    const start = Buffer.from(this.#keys.at(from));
    let next = from;
    for (const { key, value } of this.#environment.entries.getRange({ start, end: keyAfter(prefix) })) {
      const index = indexInKey(key, prefix.length, this.placeOf('log'));
      if (index !== next) throw new CorruptRecord(this.placeAt(next), `it is missing, and ${index} is there`);
      yield this.#read(value, index);
      next = logIndex(next + 1);
    }
  }

  #read(record: Buffer, index: LogIndex): LogEntry | CorruptRecord {
    try {
      return readEntry(record, index, this.seed, this.placeAt(index));
    } catch (error) {
      if (error instanceof CorruptRecord) return error;
      throw error;
    }
  }

  /** What stands at `index`, also if it does not pass its check; null if there is nothing. */
  recordAt(index: LogIndex): Buffer | null {
    return this.#environment.entries.getBinary(this.#keys.at(index)) ?? null;
  }

  /** @throws {CorruptRecord} also if it is missing */
  entry(index: LogIndex): LogEntry {
    const where = this.placeAt(index);
    // A copy: the faster call gives bytes that the next one overwrites.
    try {
      const record = this.#environment.entries.getBinary(this.#keys.at(index));
      if (record === undefined) throw new CorruptRecord(where, 'it is missing');
      return readEntry(record, index, this.seed, where);
    } catch (error) {
      throw asDamage(error, where);
    }
  }

  /** The first keys before that of `before`, `limit` at most. */
  keysBefore(before: LogIndex, limit: number): readonly Buffer[] {
    const end = Buffer.from(this.#keys.at(before));
    return [...this.#environment.entries.getKeys({ start: this.#keys.prefix, end, limit })];
  }

  /** Resolves when all of it is on disk. @throws {Error} what LMDB said */
  async write({ head, firstIndex, records, removed, removedKeys, mended }: LogWrite): Promise<void> {
    const { entries } = this.#environment;
    await this.#environment.commit((commit) => {
      for (const [at, record] of records.entries()) commit.put(entries, this.#keys.at(firstIndex + at), record);
      for (const [index, record] of mended) commit.put(entries, this.#keys.at(index), record);
      for (let index = removed[0]; index < removed[1]; index += 1) commit.remove(entries, this.#keys.at(index));
      for (const key of removedKeys) commit.remove(entries, key);
      this.putHead(commit, head);
    }, this.#essentialsIn(head));
  }

  /** What of it has a second copy. */
  #essentialsIn({ hardState, longestPromiseMs }: LogHead): Partial<Essentials> | null {
    if (hardState === undefined && longestPromiseMs === undefined) return null;
    return {
      ...(hardState === undefined ? {} : { hardStates: new Map([[this.#group, hardState]]) }),
      ...(longestPromiseMs === undefined ? {} : { longestPromises: new Map([[this.#group, longestPromiseMs]]) }),
    };
  }

  /** Makes those records that are given a part of a commit. */
  putHead(commit: LogCommit, { hardState, longestPromiseMs, base, snapshot, damage }: LogHead): void {
    const { hardStates, promises, bases, snapshots, damages } = this.#environment;
    const { prefix } = this.#keys;
    if (hardState !== undefined) commit.put(hardStates, prefix, recordHardState(hardState, this.seed));
    if (longestPromiseMs !== undefined) commit.put(promises, prefix, recordPromise(longestPromiseMs, this.seed));
    if (base !== undefined) commit.put(bases, prefix, recordBase(base, this.seed));
    if (snapshot === null) commit.remove(snapshots, prefix);
    else if (snapshot !== undefined) commit.put(snapshots, prefix, recordSnapshot(snapshot, this.seed));
    if (damage === null) commit.remove(damages, prefix);
    else if (damage !== undefined) commit.put(damages, prefix, recordDamage(damage, this.seed));
  }

  /** A record's name, for errors. */
  placeOf(what: string): string {
    return `the ${what} of group ${this.#group}`;
  }

  /** An entry's name, for errors. */
  placeAt(index: LogIndex): string {
    return `${this.placeOf('log')}, index ${index}`;
  }
}

type Reader<Content> = (stored: Uint8Array, seed: number, where: string) => Content;
