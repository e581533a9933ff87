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
  maxIndex,
  minIndex,
  type PlacedConfiguration,
  type ReadLimit,
  type SnapshotRecord,
  type Term,
  takeWithin,
  term,
  UnknownFormatVersion,
} from '@quorate/raft';
import type { LogEnvironment } from './log-environment.ts';
import { LogHoles } from './log-holes.ts';
import { recordEntries } from './log-record.ts';
import { RecentEntries } from './recent-entries.ts';
import { type LogHead, StoredLog } from './stored-log.ts';
import { beginning, type LogPosition, TermRuns } from './term-runs.ts';

/** How much memory a log may use for entries that are on disk as well, in bytes. */
export const defaultRecentEntriesBytes = 16 * 1024 * 1024;

/** Of what was compacted, one commit removes no more than so many entries: no write waits long for it. */
const maxRemovedInCommit = 1_000;

/** A flush that is under way. */
interface Flight {
  readonly written: number;
  /** Up to here the log on disk will be the log in memory. A truncation in the meantime lowers it. */
  through: LogIndex;
}

/**
 * The log, the hard state and the newest snapshot's record of one group, in LMDB. What is staged is in memory, and seen by
 * reads at once. The log on disk begins after the record of its base: entries up to there may still have keys, which go
 * in batches, and which nobody reads.
 */
export class LmdbLogStorage implements FlushableLogStorage {
  readonly #stored: StoredLog;
  readonly #repaired: () => void;
  readonly #terms = new TermRuns();
  readonly #recent: RecentEntries;
  readonly #configurations = new ConfigurationEntries();
  #hardState: HardState = { currentTerm: term(0), votedFor: null };
  #longestPromiseMs = 0;
  #snapshot: SnapshotRecord | null = null;
  #damage: string | null = null;
  readonly #holes: LogHoles;
  /** Entries that go into holes with the next flush, as they are at rest. */
  #mended = new Map<LogIndex, Buffer>();
  /** What was mended and has not landed: on the disk there is still what cannot be read. */
  readonly #unlanded = new Map<LogIndex, LogEntry>();
  /** What of these changed since they were handed to LMDB. */
  #staged: LogHead = {};
  /** The bytes of the staged entries, which are the last ones of the log. */
  #stagedRecords: Buffer[] = [];
  /** The last index that has a key in LMDB once the commits that were asked for are done. */
  #storedLast: LogIndex = logIndex(0);
  /** Whether LMDB has, or will have, keys up to the log's base. */
  #hasLeftovers = false;
  #written = 0;
  #flushed = 0;
  #flight: Flight | null = null;
  #failure: { readonly error: unknown } | null = null;

  /**
   * Opens a group's log and checks all of it; nothing is changed. An entry that does not pass its check is a hole. `repaired` is told when the end of a
   * repair is on disk.
   * @throws {CorruptRecord} if an entry is missing, or any other record does not pass its check; {UnknownFormatVersion}
   */
  constructor(
    environment: LogEnvironment,
    group: GroupId,
    recentEntriesBytes: number,
    repaired: () => void = () => {},
  ) {
    this.#repaired = repaired;
    this.#stored = new StoredLog(environment, group);
    this.#recent = new RecentEntries(recentEntriesBytes);
    this.#holes = new LogHoles(this.#stored);
    try {
      this.#load();
    } catch (error) {
      if (error instanceof CorruptRecord || error instanceof UnknownFormatVersion) throw error;
      // LMDB itself cannot find its way through the file.
      throw new CorruptRecord(this.#stored.placeOf('log'), error instanceof Error ? error.message : String(error));
    }
  }

  get hardState(): HardState {
    return this.#hardState;
  }

  get longestPromiseMs(): number {
    return this.#longestPromiseMs;
  }

  get snapshot(): SnapshotRecord | null {
    return this.#snapshot;
  }

  get damage(): string | null {
    return this.#damage;
  }

  get holes(): readonly LogIndex[] {
    return this.#holes.indexes;
  }

  get firstIndex(): LogIndex {
    return logIndex(this.#terms.base.index + 1);
  }

  get lastIndex(): LogIndex {
    return this.#terms.lastIndex;
  }

  get written(): number {
    return this.#written;
  }

  get configurations(): readonly PlacedConfiguration[] {
    return this.#configurations.all;
  }

  get staged(): boolean {
    return this.#hasLeftovers || this.#written > (this.#flight?.written ?? this.#flushed);
  }

  termAt(index: LogIndex): Term | null {
    return this.#holes.has(index) ? this.#holes.termAt(index) : this.#terms.at(index);
  }

  read(from: LogIndex, limit: ReadLimit): readonly LogEntry[] {
    if (from < this.firstIndex) return [];
    const entries: LogEntry[] = [];
    let bytes = 0;
    for (let index = from; index <= this.lastIndex; index = logIndex(index + 1)) {
      if (entries.length > 0 && entries.length >= limit.maxEntries) break;
      const entry = this.#recent.at(index) ?? this.#unlanded.get(index) ?? this.#stored.entry(index);
      bytes += entry.command.length;
      if (entries.length > 0 && bytes > limit.maxBytes) break;
      entries.push(entry);
    }
    // Which counts the envelopes too.
    return takeWithin(entries, limit);
  }

  setHardState(hardState: HardState): void {
    this.#hardState = hardState;
    this.#staged = { ...this.#staged, hardState };
    this.#written += 1;
  }

  setLongestPromise(longestPromiseMs: number): void {
    this.#longestPromiseMs = longestPromiseMs;
    this.#staged = { ...this.#staged, longestPromiseMs };
    this.#written += 1;
  }

  /** @throws {RangeError} also if a term falls, or is later than the hard state's: such a log would be refused when it is opened */
  append(entries: readonly LogEntry[]): void {
    this.#checkContinues(entries);
    for (const { entry, record } of recordEntries(entries, this.#stored.seed)) {
      this.#remember(entry);
      this.#stagedRecords.push(record);
    }
    this.#written += 1;
  }

  truncate(from: LogIndex): void {
    if (from < this.firstIndex) throw new RangeError(`a log that begins at ${this.firstIndex} has no index ${from}`);
    this.#written += 1;
    if (from > this.lastIndex) return;
    this.#stagedRecords.length = Math.max(0, this.#stagedRecords.length - (this.lastIndex - from + 1));
    this.#terms.truncate(from);
    this.#forgetFrom(from);
  }

  setSnapshot(record: SnapshotRecord): void {
    this.#snapshot = record;
    this.#staged = { ...this.#staged, snapshot: record };
    this.#written += 1;
  }

  compact(through: LogIndex): void {
    if (through > (this.#snapshot?.index ?? 0)) throw new RangeError(`no snapshot covers ${through}`);
    const lastTerm = through === this.#snapshot?.index ? this.#snapshot.term : this.termAt(through);
    if (through > this.lastIndex) throw new RangeError(`the log ends at ${this.lastIndex}, before ${through}`);
    this.#written += 1;
    if (lastTerm !== null) this.#compact({ index: through, term: lastTerm });
  }

  /** @throws {RangeError} also if its term is later than the hard state's */
  installSnapshot(record: SnapshotRecord): void {
    this.#checkTerm(record);
    this.setSnapshot(record);
    if (this.#terms.at(record.index) === record.term) return this.#compact(record);
    this.#beginAfter(record);
    this.#stagedRecords = [];
    this.#terms.reset(record);
    this.#forgetFrom(logIndex(0));
  }

  /** Stages that there is no snapshot: its file is gone, and the log has all that it covers. @throws {RangeError} if it has not */
  forgetSnapshot(): void {
    if (this.firstIndex > 1) throw new RangeError(`a log that begins at ${this.firstIndex} needs its snapshot`);
    this.#snapshot = null;
    this.#staged = { ...this.#staged, snapshot: null };
    this.#written += 1;
  }

  /** @throws {Error} if it was not damaged */
  endRepair(): void {
    if (this.#damage === null) throw new Error('this log is whole');
    this.#damage = null;
    this.#staged = { ...this.#staged, damage: null };
    this.#written += 1;
  }

  mend(entry: LogEntry): boolean {
    const [recorded] = recordEntries([entry], this.#stored.seed);
    if (recorded === undefined || !this.#holes.isTheOne(entry, recorded.record)) return false;
    this.#holes.mended(entry.index);
    this.#mended.set(entry.index, recorded.record);
    this.#unlanded.set(entry.index, entry);
    this.#written += 1;
    return true;
  }

  abandonHoles(): void {
    const [first] = this.#holes.indexes;
    if (first === undefined) return;
    this.#damage = `${this.#stored.placeAt(first)}: it does not pass its check, and no other member has it`;
    this.#staged = { ...this.#staged, damage: this.#damage };
    this.#holes.truncate(first);
    this.truncate(first);
  }

  /** After a flush that failed every later one fails too. @throws {Error} if a flush is under way */
  flush(done: (outcome: FlushOutcome) => void): void {
    if (this.#flight !== null) throw new Error('a flush is under way');
    const flight: Flight = { written: this.#written, through: this.lastIndex };
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
    const head = this.#staged;
    const { lastIndex } = this;
    const removed = [lastIndex + 1, this.#storedLast + 1] as const;
    // No commit is under way, so that LMDB has all the keys that it ever will have there.
    const removedKeys = this.#hasLeftovers ? this.#stored.keysBefore(this.firstIndex, maxRemovedInCommit) : [];
    const mended = this.#mended;
    this.#stagedRecords = [];
    this.#staged = {};
    this.#mended = new Map();
    this.#storedLast = lastIndex;
    this.#hasLeftovers = removedKeys.length === maxRemovedInCommit;
    const isEmpty = records.length === 0 && removed[0] >= removed[1] && removedKeys.length === 0;
    if (isEmpty && mended.size === 0 && Object.keys(head).length === 0) return;
    const firstIndex = lastIndex - records.length + 1;
    await this.#stored.write({ head, firstIndex, records, removed, removedKeys, mended });
    for (const index of mended.keys()) this.#unlanded.delete(index);
    if (head.damage === null) this.#repaired();
  }

  /** Lets the log begin after one of its entries, or stay as it is if that is where it begins. */
  #compact(base: LogPosition): void {
    if (base.index === this.#terms.base.index) return;
    this.#beginAfter(base);
    this.#stagedRecords.splice(0, this.#stagedRecords.length - (this.lastIndex - base.index));
    this.#terms.compact(base);
    this.#recent.compact(base.index);
    this.#configurations.compact(base.index);
    this.#holes.compact(base.index);
  }

  #beginAfter({ index, term: ofTerm }: LogPosition): void {
    this.#staged = { ...this.#staged, base: { index, term: ofTerm } };
    this.#hasLeftovers = true;
    this.#storedLast = maxIndex(this.#storedLast, index);
  }

  #forgetFrom(from: LogIndex): void {
    this.#recent.truncate(from);
    this.#configurations.truncate(from);
    if (this.#flight !== null) this.#flight.through = minIndex(this.#flight.through, this.lastIndex);
  }

  #checkContinues(entries: readonly LogEntry[]): void {
    let lastIndex: number = this.lastIndex;
    let lastTerm = this.#terms.lastTerm;
    for (const entry of entries) {
      if (entry.index !== lastIndex + 1) throw new RangeError(`entry ${entry.index} after ${lastIndex}`);
      if (entry.term < lastTerm)
        throw new RangeError(`entry ${entry.index} of term ${entry.term} after term ${lastTerm}`);
      this.#checkTerm(entry);
      lastIndex = entry.index;
      lastTerm = entry.term;
    }
  }

  #checkTerm({ index, term: ofTerm }: LogPosition): void {
    const { currentTerm } = this.#hardState;
    if (ofTerm > currentTerm) throw new RangeError(`entry ${index} of term ${ofTerm} in term ${currentTerm}`);
  }

  #remember(entry: LogEntry): void {
    this.#terms.push(entry.index, entry.term);
    if (this.#holes.count === 0) this.#recent.push(entry);
    this.#configurations.push(entry);
  }

  #load(): void {
    const { hardState, longestPromiseMs, base, snapshot, damage } = this.#stored.head();
    this.#hardState = hardState ?? this.#hardState;
    this.#longestPromiseMs = longestPromiseMs ?? 0;
    this.#snapshot = snapshot ?? null;
    this.#damage = damage ?? null;
    if (base !== undefined) this.#terms.reset(base);
    for (const entry of this.#stored.entries(this.firstIndex)) {
      if (entry instanceof CorruptRecord) {
        this.#foundHole(entry);
        continue;
      }
      if (entry.term < this.#terms.lastTerm) {
        const found = `term ${entry.term} follows term ${this.#terms.lastTerm}`;
        throw new CorruptRecord(this.#stored.placeAt(entry.index), found);
      }
      this.#holes.followedBy(entry.term, this.#terms.lastTerm);
      this.#remember(entry);
      this.#recent.makeRoom(entry.index);
    }
    this.#holes.followedBy(this.#hardState.currentTerm, this.#terms.lastTerm);
    this.#storedLast = this.lastIndex;
    this.#hasLeftovers = this.#stored.keysBefore(this.firstIndex, 1).length > 0;
    this.#checkHead();
  }

  /** @throws {CorruptRecord} if there are too many, or the log is being repaired already */
  #foundHole(damage: CorruptRecord): void {
    if (this.#damage !== null) throw damage;
    const index = logIndex(this.lastIndex + 1);
    this.#holes.found(index, damage);
    this.#terms.push(index, this.#terms.lastTerm);
    // It has no gaps.
    this.#recent.truncate(logIndex(0));
  }

  /** The log's terms are not beyond the hard state's, and what is not in the log is in the snapshot. */
  #checkHead(): void {
    const { base, lastTerm } = this.#terms;
    const { currentTerm } = this.#hardState;
    if (lastTerm > currentTerm) {
      const found = `term ${currentTerm} is before the log's, ${lastTerm}`;
      throw new CorruptRecord(this.#stored.placeOf('hard state'), found);
    }
    const { index, term: ofTerm } = this.#snapshot ?? beginning;
    const termThere = this.termAt(index);
    if (termThere === ofTerm || (termThere === null && this.#holes.has(index))) return;
    const found = `it ends with ${index} of term ${ofTerm}, which is not in the log from ${base.index} to ${this.lastIndex}`;
    throw new CorruptRecord(this.#stored.placeOf('snapshot record'), this.#snapshot === null ? 'it is missing' : found);
  }
}
