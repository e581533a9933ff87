import { type LogEntry, type LogIndex, logIndex, type Term, term } from '../types.ts';
import { ConfigurationEntries, type PlacedConfiguration } from './configuration-entries.ts';
import type { ReadLimit } from './log-storage.ts';
import type { SnapshotRecord } from './snapshot-files.ts';
import { takeWithin } from './take-within.ts';

/** The entries of a log from some index on, as they are read and changed in memory. */
export class LogInMemory {
  #entries: LogEntry[] = [];
  #base: { readonly index: LogIndex; readonly term: Term } = { index: logIndex(0), term: term(0) };
  readonly #configurations = new ConfigurationEntries();

  get firstIndex(): LogIndex {
    return logIndex(this.#base.index + 1);
  }

  get lastIndex(): LogIndex {
    return logIndex(this.#base.index + this.#entries.length);
  }

  /** The last entry before the first that is held. */
  get base(): { readonly index: LogIndex; readonly term: Term } {
    return this.#base;
  }

  get configurations(): readonly PlacedConfiguration[] {
    return this.#configurations.all;
  }

  /** The entries themselves, in order. */
  get entries(): readonly LogEntry[] {
    return this.#entries;
  }

  /** The entry at `index`, if it is held. */
  at(index: number): LogEntry | undefined {
    return this.#entries[index - this.firstIndex];
  }

  termAt(index: LogIndex): Term | null {
    if (index === this.#base.index) return this.#base.term;
    return this.at(index)?.term ?? null;
  }

  read(from: LogIndex, limit: ReadLimit): readonly LogEntry[] {
    const { firstIndex } = this;
    if (from < firstIndex) return [];
    return takeWithin(this.#entries.slice(from - firstIndex, from - firstIndex + Math.max(1, limit.maxEntries)), limit);
  }

  /** @throws {RangeError} if the entries do not continue the log */
  append(entries: readonly LogEntry[]): void {
    for (const [at, entry] of entries.entries()) {
      const before = this.lastIndex + at;
      if (entry.index !== before + 1) throw new RangeError(`entry ${entry.index} after ${before}`);
    }
    for (const entry of entries) {
      this.#entries.push(entry);
      this.#configurations.push(entry);
    }
  }

  truncate(from: LogIndex): void {
    this.#entries.length = Math.max(0, Math.min(this.#entries.length, from - this.firstIndex));
    this.#configurations.truncate(from);
  }

  /** @throws {RangeError} if the log does not reach so far */
  compact(through: LogIndex): void {
    if (through <= this.#base.index) return;
    const kept = this.termAt(through);
    if (kept === null) throw new RangeError(`the log ends at ${this.lastIndex}, before ${through}`);
    this.#entries = this.#entries.slice(through - this.#base.index);
    this.#base = { index: through, term: kept };
    this.#configurations.compact(through);
  }

  /** Begins after the snapshot: with what the log has after its last entry, if it has that entry. */
  install({ index, term: snapshotTerm }: Pick<SnapshotRecord, 'index' | 'term'>): void {
    if (this.termAt(index) === snapshotTerm) return this.compact(index);
    this.#entries = [];
    this.#base = { index, term: snapshotTerm };
    this.#configurations.truncate(logIndex(0));
  }
}
