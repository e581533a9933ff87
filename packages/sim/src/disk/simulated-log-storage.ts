import {
  ConfigurationEntries,
  type HardState,
  type LogEntry,
  type LogIndex,
  type LogStorage,
  logIndex,
  type PlacedConfiguration,
  type ReadLimit,
  type Term,
  takeWithin,
  term,
} from '@quorate/raft';
import type { Disk, Write } from './disk.ts';

/** Who wants to know of each write when it is staged, before it changes the log. */
export interface WriteObserver {
  hardStateStaged(hardState: HardState): void;
  entriesStaged(entries: readonly LogEntry[]): void;
  truncationStaged(from: LogIndex): void;
}

/** The log of one process over a disk: what is staged is read at once, and reaches the disk when a flush ends. */
export class SimulatedLogStorage implements LogStorage {
  readonly #disk: Disk;
  readonly #observer: WriteObserver;
  readonly #entries: LogEntry[];
  readonly #configurations = new ConfigurationEntries();
  #hardState: HardState;
  #written = 0;
  #staged: Write[] = [];
  #flushing: { readonly writes: readonly Write[]; readonly written: number } | null = null;

  constructor(disk: Disk, observer: WriteObserver) {
    this.#disk = disk;
    this.#observer = observer;
    this.#entries = disk.entries.slice();
    for (const entry of this.#entries) this.#configurations.push(entry);
    this.#hardState = disk.hardState;
  }

  get hardState(): HardState {
    return this.#hardState;
  }

  get firstIndex(): LogIndex {
    return logIndex(1);
  }

  get lastIndex(): LogIndex {
    return logIndex(this.#entries.length);
  }

  get written(): number {
    return this.#written;
  }

  get configurations(): readonly PlacedConfiguration[] {
    return this.#configurations.all;
  }

  /** Whether there is anything that a flush would make durable. */
  get staged(): boolean {
    return this.#staged.length > 0;
  }

  /** Whether a flush is under way. */
  get flushing(): boolean {
    return this.#flushing !== null;
  }

  termAt(index: LogIndex): Term | null {
    if (index === 0) return term(0);
    return this.#entries[index - 1]?.term ?? null;
  }

  /** The entry at `index`, if it is held. */
  entryAt(index: number): LogEntry | undefined {
    return this.#entries[index - 1];
  }

  read(from: LogIndex, limit: ReadLimit): readonly LogEntry[] {
    if (from < 1) return [];
    return takeWithin(this.#entries.slice(from - 1, from - 1 + Math.max(1, limit.maxEntries)), limit);
  }

  setHardState(hardState: HardState): void {
    this.#observer.hardStateStaged(hardState);
    this.#hardState = hardState;
    this.#stage({ kind: 'hardState', hardState });
  }

  append(entries: readonly LogEntry[]): void {
    let last = this.#entries.length;
    for (const entry of entries) {
      if (entry.index !== last + 1) throw new RangeError(`entry ${entry.index} after ${last}`);
      last += 1;
    }
    this.#observer.entriesStaged(entries);
    for (const entry of entries) {
      this.#entries.push(entry);
      this.#configurations.push(entry);
    }
    this.#stage({ kind: 'append', entries });
  }

  truncate(from: LogIndex): void {
    this.#observer.truncationStaged(from);
    this.#entries.length = Math.min(this.#entries.length, from - 1);
    this.#configurations.truncate(from);
    this.#stage({ kind: 'truncate', from });
  }

  /** Begins to make durable all that is staged. */
  beginFlush(): void {
    if (this.#flushing !== null) throw new Error('a flush is under way');
    this.#flushing = { writes: this.#staged, written: this.#written };
    this.#staged = [];
  }

  /** The flush that is under way reaches the disk. The number of the last write that it covered; 0 if there is none. */
  completeFlush(): number {
    const flushing = this.#flushing;
    if (flushing === null) return 0;
    this.#flushing = null;
    this.commit(flushing.writes);
    return flushing.written;
  }

  /** The flush that is under way has failed. Whether the process ends by it: nothing may be assumed of what the flush held. */
  failFlush(): boolean {
    return true;
  }

  protected commit(writes: readonly Write[]): void {
    this.#disk.commit(writes);
  }

  /** Power is lost while the flush is under way: of each write `isThere` says whether it reached the disk. */
  tearFlush(isThere: () => boolean): void {
    if (this.#flushing !== null) this.#disk.tear(this.#flushing.writes.filter(isThere));
    this.#flushing = null;
  }

  #stage(write: Write): void {
    this.#written += 1;
    this.#staged.push(write);
  }
}
