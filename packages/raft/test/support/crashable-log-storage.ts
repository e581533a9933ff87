import {
  type FlushableLogStorage,
  type FlushOutcome,
  type HardState,
  type LogEntry,
  type LogIndex,
  logIndex,
  MemoryLogStorage,
  type PlacedConfiguration,
  type ReadLimit,
  type SnapshotRecord,
  type Term,
  term,
} from '../../src/index.ts';

/** What survives a loss of power. */
export interface Disk {
  readonly hardState: HardState;
  readonly longestPromiseMs: number;
  readonly entries: readonly LogEntry[];
}

/** A disk that nothing was written to. */
export const emptyDisk: Disk = {
  hardState: { currentTerm: term(0), votedFor: null },
  longestPromiseMs: 0,
  entries: [],
};

const everything: ReadLimit = { maxEntries: Number.MAX_SAFE_INTEGER, maxBytes: Number.MAX_SAFE_INTEGER };

/** A log storage with a disk under it: what was staged gets there when the test completes the flush, and not before. */
export class CrashableLogStorage implements FlushableLogStorage {
  readonly #memory = new MemoryLogStorage({ immediate: false });
  #disk: Disk;
  #flushing: Disk | null = null;

  constructor(disk: Disk) {
    this.#disk = disk;
    if (disk !== emptyDisk) this.#memory.setHardState(disk.hardState);
    if (disk.longestPromiseMs > 0) this.#memory.setLongestPromise(disk.longestPromiseMs);
    if (disk.entries.length > 0) this.#memory.append(disk.entries);
    this.#memory.flush(() => {});
    this.#memory.completeFlush();
  }

  /** What a crash leaves. The flush that was under way got to the disk as a whole, or not at all. */
  crash(flushArrived: boolean): Disk {
    return flushArrived && this.#flushing !== null ? this.#flushing : this.#disk;
  }

  get hardState(): HardState {
    return this.#memory.hardState;
  }

  get longestPromiseMs(): number {
    return this.#memory.longestPromiseMs;
  }

  get holes(): readonly LogIndex[] {
    return this.#memory.holes;
  }

  get firstIndex(): LogIndex {
    return this.#memory.firstIndex;
  }

  get lastIndex(): LogIndex {
    return this.#memory.lastIndex;
  }

  get written(): number {
    return this.#memory.written;
  }

  get snapshot(): SnapshotRecord | null {
    return this.#memory.snapshot;
  }

  get damage(): string | null {
    return this.#memory.damage;
  }

  get configurations(): readonly PlacedConfiguration[] {
    return this.#memory.configurations;
  }

  get staged(): boolean {
    return this.#memory.staged;
  }

  /** Whether a flush is under way. */
  get flushing(): boolean {
    return this.#flushing !== null;
  }

  termAt(index: LogIndex): Term | null {
    return this.#memory.termAt(index);
  }

  read(from: LogIndex, limit: ReadLimit): readonly LogEntry[] {
    return this.#memory.read(from, limit);
  }

  setHardState(hardState: HardState): void {
    this.#memory.setHardState(hardState);
  }

  setLongestPromise(longestPromiseMs: number): void {
    this.#memory.setLongestPromise(longestPromiseMs);
  }

  append(entries: readonly LogEntry[]): void {
    this.#memory.append(entries);
  }

  truncate(from: LogIndex): void {
    this.#memory.truncate(from);
  }

  setSnapshot(record: SnapshotRecord): void {
    this.#memory.setSnapshot(record);
  }

  compact(through: LogIndex): void {
    this.#memory.compact(through);
  }

  endRepair(): void {
    this.#memory.endRepair();
  }

  mend(entry: LogEntry): boolean {
    return this.#memory.mend(entry);
  }

  abandonHoles(): void {
    this.#memory.abandonHoles();
  }

  installSnapshot(record: SnapshotRecord): void {
    this.#memory.installSnapshot(record);
  }

  flush(done: (outcome: FlushOutcome) => void): void {
    const { hardState, longestPromiseMs } = this;
    const disk = { hardState, longestPromiseMs, entries: this.read(logIndex(1), everything) };
    this.#memory.flush((outcome) => {
      this.#flushing = null;
      this.#disk = disk;
      done(outcome);
    });
    this.#flushing = disk;
  }

  /** Lets the flush that is under way reach the disk. */
  completeFlush(): void {
    this.#memory.completeFlush();
  }
}
