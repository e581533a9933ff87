import type { GroupId } from '@quorate/actor';
import {
  ConfigurationEntries,
  CorruptRecord,
  type FlushableLogStorage,
  type FlushOutcome,
  type HardState,
  type LogEntry,
  type LogIndex,
  logIndex,
  type PlacedConfiguration,
  type ReadLimit,
  type Term,
  takeWithin,
  term,
} from '@quorate/raft';
import { EntryKeys, groupSeed, keyAfter } from './group-key.ts';
import type { LogEnvironment } from './log-environment.ts';
import { indexInKey, readEntry, readHardState, recordEntries, recordHardState } from './log-record.ts';
import { RecentEntries } from './recent-entries.ts';
import { TermRuns } from './term-runs.ts';

/** How much memory a log may use for entries that are on disk as well, in bytes. */
export const defaultRecentEntriesBytes = 16 * 1024 * 1024;

/** A flush that is under way. */
interface Flight {
  readonly written: number;
  /** Up to here the log on disk will be the log in memory. A truncation in the meantime lowers it. */
  through: LogIndex;
}

/** The log and the hard state of one group, in LMDB. What is staged is in memory, and seen by reads at once. */
export class LmdbLogStorage implements FlushableLogStorage {
  readonly firstIndex: LogIndex = logIndex(1);
  readonly #group: GroupId;
  readonly #environment: LogEnvironment;
  readonly #keys: EntryKeys;
  readonly #seed: number;
  readonly #terms = new TermRuns();
  readonly #recent: RecentEntries;
  readonly #configurations = new ConfigurationEntries();
  #hardState: HardState = { currentTerm: term(0), votedFor: null };
  #hardStateStaged = false;
  #lastIndex: LogIndex = logIndex(0);
  /** The bytes of the staged entries, which are the last ones of the log. */
  #stagedRecords: Buffer[] = [];
  /** The last index that has a key in LMDB once the commits that were asked for are done. */
  #storedLast: LogIndex = logIndex(0);
  #written = 0;
  #flushed = 0;
  #flight: Flight | null = null;
  #failure: { readonly error: unknown } | null = null;

  /**
   * Opens a group's log and checks all of it; nothing is changed.
   * @throws {CorruptRecord} if a record is missing or does not pass its check
   */
  constructor(environment: LogEnvironment, group: GroupId, recentEntriesBytes: number) {
    this.#group = group;
    this.#environment = environment;
    this.#keys = new EntryKeys(group);
    this.#seed = groupSeed(group);
    this.#recent = new RecentEntries(recentEntriesBytes);
    try {
      this.#load();
    } catch (error) {
      if (error instanceof CorruptRecord) throw error;
      // LMDB itself cannot find its way through the file.
      throw new CorruptRecord(`the log of group ${group}`, error instanceof Error ? error.message : String(error));
    }
  }

  get hardState(): HardState {
    return this.#hardState;
  }

  get lastIndex(): LogIndex {
    return this.#lastIndex;
  }

  get written(): number {
    return this.#written;
  }

  get configurations(): readonly PlacedConfiguration[] {
    return this.#configurations.all;
  }

  get staged(): boolean {
    return this.#written > (this.#flight?.written ?? this.#flushed);
  }

  termAt(index: LogIndex): Term | null {
    return index === 0 ? term(0) : this.#terms.at(index);
  }

  read(from: LogIndex, limit: ReadLimit): readonly LogEntry[] {
    if (from < this.firstIndex) return [];
    const entries: LogEntry[] = [];
    let bytes = 0;
    for (let index = from; index <= this.#lastIndex; index = logIndex(index + 1)) {
      if (entries.length > 0 && entries.length >= limit.maxEntries) break;
      const entry = this.#recent.at(index) ?? this.#readStored(index);
      bytes += entry.command.length;
      if (entries.length > 0 && bytes > limit.maxBytes) break;
      entries.push(entry);
    }
    // Which counts the envelopes too.
    return takeWithin(entries, limit);
  }

  setHardState(hardState: HardState): void {
    this.#hardState = hardState;
    this.#hardStateStaged = true;
    this.#written += 1;
  }

  /** @throws {RangeError} also if a term falls, or is later than the hard state's: such a log would be refused when it is opened */
  append(entries: readonly LogEntry[]): void {
    this.#checkContinues(entries);
    for (const { entry, record } of recordEntries(entries, this.#seed)) {
      this.#remember(entry);
      this.#stagedRecords.push(record);
    }
    this.#written += 1;
  }

  truncate(from: LogIndex): void {
    if (from < this.firstIndex) throw new RangeError(`a log that begins at ${this.firstIndex} has no index ${from}`);
    this.#written += 1;
    if (from > this.#lastIndex) return;
    const kept = logIndex(from - 1);
    this.#stagedRecords.length = Math.max(0, this.#stagedRecords.length - (this.#lastIndex - kept));
    this.#lastIndex = kept;
    this.#terms.truncate(from);
    this.#recent.truncate(from);
    this.#configurations.truncate(from);
    if (this.#flight !== null) this.#flight.through = logIndex(Math.min(this.#flight.through, kept));
  }

  /** After a flush that failed every later one fails too. @throws {Error} if a flush is under way */
  flush(done: (outcome: FlushOutcome) => void): void {
    if (this.#flight !== null) throw new Error('a flush is under way');
    const flight: Flight = { written: this.#written, through: this.#lastIndex };
    this.#flight = flight;
    void this.#commitStaged().then(
      () => done(this.#landed(flight)),
      (error: unknown) => done(this.#crashed(error)),
    );
  }

  #crashed(error: unknown): FlushOutcome {
    this.#flight = null;
    this.#failure = { error };
    return { kind: 'failed', error };
  }

  #landed(flight: Flight): FlushOutcome {
    this.#flight = null;
    this.#flushed = flight.written;
    this.#recent.makeRoom(flight.through);
    return { kind: 'flushed', written: flight.written };
  }

  /** Hands what is staged to LMDB, so that what is staged from now on belongs to the next flush. */
  async #commitStaged(): Promise<void> {
    if (this.#failure !== null) throw this.#failure.error;
    const records = this.#stagedRecords;
    const firstPut = this.#lastIndex - records.length + 1;
    const storedLast = this.#storedLast;
    const lastIndex = this.#lastIndex;
    const hardState = this.#hardStateStaged ? recordHardState(this.#hardState, this.#seed) : null;
    this.#stagedRecords = [];
    this.#storedLast = lastIndex;
    this.#hardStateStaged = false;
    if (records.length === 0 && storedLast <= lastIndex && hardState === null) return;

    const { entries, hardStates } = this.#environment;
    await this.#environment.commit((commit) => {
      for (const [at, record] of records.entries()) commit.put(entries, this.#keys.at(firstPut + at), record);
      for (let index = lastIndex + 1; index <= storedLast; index += 1) commit.remove(entries, this.#keys.at(index));
      if (hardState !== null) commit.put(hardStates, this.#keys.prefix, hardState);
    });
  }

  #checkContinues(entries: readonly LogEntry[]): void {
    let lastIndex: number = this.#lastIndex;
    let lastTerm = this.#terms.lastTerm;
    for (const entry of entries) {
      if (entry.index !== lastIndex + 1) throw new RangeError(`entry ${entry.index} after ${lastIndex}`);
      if (entry.term < lastTerm)
        throw new RangeError(`entry ${entry.index} of term ${entry.term} after term ${lastTerm}`);
      if (entry.term > this.#hardState.currentTerm) {
        throw new RangeError(`entry ${entry.index} of term ${entry.term} in term ${this.#hardState.currentTerm}`);
      }
      lastIndex = entry.index;
      lastTerm = entry.term;
    }
  }

  #remember(entry: LogEntry): void {
    this.#lastIndex = entry.index;
    this.#terms.push(entry.index, entry.term);
    this.#recent.push(entry);
    this.#configurations.push(entry);
  }

  #readStored(index: LogIndex): LogEntry {
    const where = this.#where(index);
    // A copy: the faster call gives bytes that the next one overwrites.
    const record = this.#environment.entries.getBinary(this.#keys.at(index));
    if (record === undefined) throw new CorruptRecord(where, 'it is missing');
    return readEntry(record, index, this.#seed, where);
  }

  #load(): void {
    const { prefix } = this.#keys;
    const stored = this.#environment.hardStates.getBinary(prefix);
    const hardStateWhere = `the hard state of group ${this.#group}`;
    if (stored !== undefined) this.#hardState = readHardState(stored, this.#seed, hardStateWhere);
    for (const { key, value } of this.#environment.entries.getRange({ start: prefix, end: keyAfter(prefix) })) {
      this.#loadEntry(indexInKey(key, prefix.length, `the log of group ${this.#group}`), value);
    }
    this.#storedLast = this.#lastIndex;
    if (this.#terms.lastTerm > this.#hardState.currentTerm) {
      const { currentTerm } = this.#hardState;
      throw new CorruptRecord(hardStateWhere, `term ${currentTerm} is before the log's, ${this.#terms.lastTerm}`);
    }
  }

  #loadEntry(index: LogIndex, record: Buffer): void {
    const next = logIndex(this.#lastIndex + 1);
    if (index !== next) throw new CorruptRecord(this.#where(next), `it is missing, and ${index} is there`);
    const entry = readEntry(record, index, this.#seed, this.#where(index));
    if (entry.term < this.#terms.lastTerm) {
      throw new CorruptRecord(this.#where(index), `term ${entry.term} follows term ${this.#terms.lastTerm}`);
    }
    this.#remember(entry);
    this.#recent.makeRoom(index);
  }

  #where(index: LogIndex): string {
    return `the log of group ${this.#group}, index ${index}`;
  }
}
