import { invariant } from '../invariant.ts';
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
  /** By index, whether what is left of the record tells the one that stood there from any other. */
  readonly #holes = new Map<LogIndex, { readonly isLegible: boolean }>();

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
    return this.#configurations.all.filter(({ index }) => !this.#holes.has(index));
  }

  /** The entries themselves, in order. */
  get entries(): readonly LogEntry[] {
    return this.#entries;
  }

  /** Places whose records cannot be read, in order. */
  get holes(): readonly LogIndex[] {
    return [...this.#holes.keys()].sort((one, other) => one - other);
  }

  /** What is left of the records that cannot be read. */
  get holeKinds(): ReadonlyMap<LogIndex, { readonly isLegible: boolean }> {
    return this.#holes;
  }

  /** The record at `index`, which is held, cannot be read any more. */
  damage(index: LogIndex, kind: { readonly isLegible: boolean }): void {
    this.#holes.set(index, kind);
  }

  /** Puts an entry into a hole, if it is certain that it stood there. Whether it is. */
  mend(entry: LogEntry): boolean {
    if (!this.isTheOne(entry)) return false;
    this.fill(entry);
    return true;
  }

  /** Puts an entry into a hole. */
  fill(entry: LogEntry): void {
    this.#holes.delete(entry.index);
    this.#entries[entry.index - this.firstIndex] = entry;
  }

  /** Whether it is certain that this entry stood in its place, which is a hole. */
  isTheOne(entry: LogEntry): boolean {
    const kind = this.#holes.get(entry.index);
    if (kind === undefined) return false;
    if (kind.isLegible) return this.at(entry.index)?.term === entry.term;
    return this.termAt(entry.index) === entry.term;
  }

  /** The entry at `index`, if it is held; also if it cannot be read. */
  at(index: number): LogEntry | undefined {
    return this.#entries[index - this.firstIndex];
  }

  termAt(index: LogIndex): Term | null {
    if (index === this.#base.index) return this.#base.term;
    return this.#holes.has(index) ? this.#termBetween(index) : (this.at(index)?.term ?? null);
  }

  /** Terms never fall: between two entries of one term all are of it. */
  #termBetween(index: LogIndex): Term | null {
    let before = index;
    let after = index;
    while (this.#holes.has(before)) before = logIndex(before - 1);
    while (this.#holes.has(after)) after = logIndex(after + 1);
    const lower = this.termAt(before);
    return lower === this.termAt(after) ? lower : null;
  }

  /** @throws {InvariantViolated} if what is read cannot be */
  read(from: LogIndex, limit: ReadLimit): readonly LogEntry[] {
    const { firstIndex } = this;
    if (from < firstIndex) return [];
    const entries = this.#entries.slice(from - firstIndex, from - firstIndex + Math.max(1, limit.maxEntries));
    const taken = takeWithin(entries, limit);
    invariant(!taken.some(({ index }) => this.#holes.has(index)), () => `a record from ${from} on cannot be read`);
    return taken;
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
    for (const index of this.#holes.keys()) if (index >= from) this.#holes.delete(index);
  }

  /** `kept` is the term there. @throws {RangeError} if the log does not reach so far */
  compact(through: LogIndex, kept: Term | null = this.termAt(through)): void {
    if (through <= this.#base.index) return;
    if (kept === null) throw new RangeError(`the log ends at ${this.lastIndex}, before ${through}`);
    this.#entries = this.#entries.slice(through - this.#base.index);
    this.#base = { index: through, term: kept };
    this.#configurations.compact(through);
    for (const index of this.#holes.keys()) if (index <= through) this.#holes.delete(index);
  }

  /** Begins after the snapshot: with what the log has after its last entry, if it has that entry. */
  install({ index, term: snapshotTerm }: Pick<SnapshotRecord, 'index' | 'term'>): void {
    if (this.termAt(index) === snapshotTerm) return this.compact(index);
    this.#entries = [];
    this.#holes.clear();
    this.#base = { index, term: snapshotTerm };
    this.#configurations.truncate(logIndex(0));
  }
}
