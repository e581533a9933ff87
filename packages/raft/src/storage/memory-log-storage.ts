import type { HardState, LogEntry, LogIndex, Term } from '../types.ts';
import { term } from '../types.ts';
import type { PlacedConfiguration } from './configuration-entries.ts';
import { LogInMemory } from './log-in-memory.ts';
import type { FlushableLogStorage, FlushOutcome, ReadLimit } from './log-storage.ts';
import type { SnapshotRecord } from './snapshot-files.ts';

/** A log storage that forgets with its process, for tests and simulation. `flush` waits for `completeFlush`, or completes at once if `immediate`. */
export class MemoryLogStorage implements FlushableLogStorage {
  readonly #log = new LogInMemory();
  #hardState: HardState = { currentTerm: term(0), votedFor: null };
  #longestPromiseMs = 0;
  #snapshot: SnapshotRecord | null = null;
  #written = 0;
  #flushed = 0;
  readonly #now: boolean;
  #damage: string | null;
  #waiting: { written: number; done: (outcome: FlushOutcome) => void } | null = null;

  constructor(options: { readonly immediate: boolean; readonly damage?: string }) {
    this.#now = options.immediate;
    this.#damage = options.damage ?? null;
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
    return this.#log.holes;
  }

  get firstIndex(): LogIndex {
    return this.#log.firstIndex;
  }

  get lastIndex(): LogIndex {
    return this.#log.lastIndex;
  }

  get written(): number {
    return this.#written;
  }

  get staged(): boolean {
    return this.#written > (this.#waiting?.written ?? this.#flushed);
  }

  get configurations(): readonly PlacedConfiguration[] {
    return this.#log.configurations;
  }

  termAt(index: LogIndex): Term | null {
    return this.#log.termAt(index);
  }

  read(from: LogIndex, limit: ReadLimit): readonly LogEntry[] {
    return this.#log.read(from, limit);
  }

  setHardState(hardState: HardState): void {
    this.#hardState = hardState;
    this.#written += 1;
  }

  setLongestPromise(longestPromiseMs: number): void {
    this.#longestPromiseMs = longestPromiseMs;
    this.#written += 1;
  }

  append(entries: readonly LogEntry[]): void {
    this.#log.append(entries);
    this.#written += 1;
  }

  /** @throws {RangeError} if `from` comes before the first entry that is held */
  truncate(from: LogIndex): void {
    if (from < this.firstIndex) throw new RangeError(`a log that begins at ${this.firstIndex} has no index ${from}`);
    this.#log.truncate(from);
    this.#written += 1;
  }

  setSnapshot(record: SnapshotRecord): void {
    this.#snapshot = record;
    this.#written += 1;
  }

  compact(through: LogIndex): void {
    if (through > (this.#snapshot?.index ?? 0)) throw new RangeError(`no snapshot covers ${through}`);
    this.#log.compact(through, through === this.#snapshot?.index ? this.#snapshot.term : undefined);
    this.#written += 1;
  }

  installSnapshot(record: SnapshotRecord): void {
    this.#snapshot = record;
    this.#log.install(record);
    this.#written += 1;
  }

  endRepair(): void {
    this.#damage = null;
    this.#written += 1;
  }

  mend(entry: LogEntry): boolean {
    if (!this.#log.mend(entry)) return false;
    this.#written += 1;
    return true;
  }

  abandonHoles(): void {
    const [first] = this.#log.holes;
    if (first === undefined) return;
    this.#damage = `the records from ${first} on do not pass their checks`;
    this.#log.truncate(first);
    this.#written += 1;
  }

  /** The record at `index` cannot be read any more. `isLegible` says whether what is left of it tells it from all others. */
  damageRecord(index: LogIndex, isLegible: boolean): void {
    this.#log.damage(index, { isLegible });
  }

  flush(done: (outcome: FlushOutcome) => void): void {
    if (this.#waiting !== null) throw new Error('a flush is under way');
    this.#waiting = { written: this.#written, done };
    if (this.#now) this.completeFlush();
  }

  /** Lets the flush that is under way succeed. */
  completeFlush(): void {
    const waiting = this.#waiting;
    if (waiting === null) return;
    this.#waiting = null;
    this.#flushed = waiting.written;
    waiting.done({ kind: 'flushed', written: waiting.written });
  }
}
