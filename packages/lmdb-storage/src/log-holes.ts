import type { CorruptRecord, LogEntry, LogIndex, Term } from '@quorate/raft';
import { isRestOf } from './checked-record.ts';
import type { StoredLog } from './stored-log.ts';

/** More of them are a log that is lost. */
const maxHoles = 100_000;

/** Those places of a group's log whose records do not pass their checks, while the log is opened and until all are mended. */
export class LogHoles {
  readonly #stored: StoredLog;
  /** By index, the term that it must have; null if that is not known. */
  readonly #terms = new Map<LogIndex, Term | null>();
  /** Those behind which no entry was read yet. */
  #open: LogIndex[] = [];

  constructor(stored: StoredLog) {
    this.#stored = stored;
  }

  /** In order. */
  get indexes(): readonly LogIndex[] {
    return [...this.#terms.keys()];
  }

  get count(): number {
    return this.#terms.size;
  }

  has(index: LogIndex): boolean {
    return this.#terms.has(index);
  }

  /** The record at `index` does not pass its check. @throws {CorruptRecord} if there are too many */
  found(index: LogIndex, damage: CorruptRecord): void {
    if (this.#terms.size === maxHoles) throw damage;
    this.#terms.set(index, null);
    this.#open.push(index);
  }

  /** An entry of that term follows those that were found since the last one, which was of `before`: terms never fall. */
  followedBy(after: Term, before: Term): void {
    if (after === before) for (const index of this.#open) this.#terms.set(index, after);
    this.#open = [];
  }

  /** Null where it is not known. */
  termAt(index: LogIndex): Term | null {
    return this.#terms.get(index) ?? null;
  }

  /** Whether it is certain that this entry, whose record that is, stood in its place, which is a hole. */
  isTheOne({ index, term }: LogEntry, record: Buffer): boolean {
    const known = this.#terms.get(index);
    if (known === undefined) return false;
    if (known !== null) return known === term;
    const left = this.#stored.recordAt(index);
    return left !== null && isRestOf(left, record);
  }

  /** It is one no more. */
  mended(index: LogIndex): void {
    this.#terms.delete(index);
  }

  /** Nothing up to `through` is of any interest. */
  compact(through: LogIndex): void {
    for (const index of this.indexes) if (index <= through) this.#terms.delete(index);
  }

  /** Nothing from `from` on is of any interest. */
  truncate(from: LogIndex): void {
    for (const index of this.indexes) if (index >= from) this.#terms.delete(index);
  }
}
