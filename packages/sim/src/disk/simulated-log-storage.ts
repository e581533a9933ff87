import {
  type HardState,
  type LogEntry,
  type LogIndex,
  LogInMemory,
  type LogStorage,
  type PlacedConfiguration,
  type ReadLimit,
  type SnapshotRecord,
  type Term,
} from '@quorate/raft';
import type { Disk, Write } from './disk.ts';

/** Who wants to know of each write when it is staged, before it changes the log. */
export interface WriteObserver {
  hardStateStaged(hardState: HardState): void;
  promiseStaged(longestPromiseMs: number): void;
  entriesStaged(entries: readonly LogEntry[]): void;
  truncationStaged(from: LogIndex): void;
  /** A snapshot of its own gets its record. */
  snapshotStaged(record: SnapshotRecord): void;
  compactionStaged(through: LogIndex): void;
  /** A snapshot of a peer's gets its record, and the log begins after it. */
  installStaged(record: SnapshotRecord): void;
  repairEnded(): void;
}

/** The log of one process over a disk: what is staged is read at once, and reaches the disk when a flush ends. */
export class SimulatedLogStorage implements LogStorage {
  readonly #disk: Disk;
  readonly #observer: WriteObserver;
  readonly #log = new LogInMemory();
  #hardState: HardState;
  #longestPromiseMs: number;
  #snapshot: SnapshotRecord | null;
  #damage: string | null;
  #written = 0;
  #staged: Write[] = [];
  #flushing: { readonly writes: readonly Write[]; readonly written: number } | null = null;

  constructor(disk: Disk, observer: WriteObserver) {
    this.#disk = disk;
    this.#observer = observer;
    this.#log.install(disk.base);
    this.#log.append(disk.entries);
    for (const [index, kind] of disk.holeKinds) this.#log.damage(index, kind);
    this.#hardState = disk.hardState;
    this.#longestPromiseMs = disk.longestPromiseMs;
    this.#snapshot = disk.snapshot;
    this.#damage = this.damageOf(disk);
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

  get configurations(): readonly PlacedConfiguration[] {
    return this.#log.configurations;
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
    return this.#log.termAt(index);
  }

  /** The entry at `index`, if it is held and can be read. */
  entryAt(index: number): LogEntry | undefined {
    const entry = this.#log.at(index);
    return entry !== undefined && this.#log.holeKinds.has(entry.index) ? undefined : entry;
  }

  read(from: LogIndex, limit: ReadLimit): readonly LogEntry[] {
    return this.#log.read(from, limit);
  }

  setHardState(hardState: HardState): void {
    this.#observer.hardStateStaged(hardState);
    this.#hardState = hardState;
    this.#stage({ kind: 'hardState', hardState });
  }

  setLongestPromise(longestPromiseMs: number): void {
    this.#observer.promiseStaged(longestPromiseMs);
    this.#longestPromiseMs = longestPromiseMs;
    this.#stage({ kind: 'longestPromise', longestPromiseMs });
  }

  append(entries: readonly LogEntry[]): void {
    this.#observer.entriesStaged(entries);
    this.#log.append(entries);
    this.#stage({ kind: 'append', entries });
  }

  truncate(from: LogIndex): void {
    this.#observer.truncationStaged(from);
    this.#log.truncate(from);
    this.#stage({ kind: 'truncate', from });
  }

  setSnapshot(record: SnapshotRecord): void {
    this.#observer.snapshotStaged(record);
    this.#snapshot = record;
    this.#stage({ kind: 'snapshot', record });
  }

  compact(through: LogIndex): void {
    if (through > (this.#snapshot?.index ?? 0)) throw new RangeError(`no snapshot covers ${through}`);
    this.#observer.compactionStaged(through);
    this.#log.compact(through, through === this.#snapshot?.index ? this.#snapshot.term : undefined);
    this.#stage({ kind: 'compact', through });
  }

  installSnapshot(record: SnapshotRecord): void {
    this.#observer.installStaged(record);
    this.#snapshot = record;
    this.#log.install(record);
    this.#stage({ kind: 'install', record });
  }

  endRepair(): void {
    this.#observer.repairEnded();
    this.#damage = null;
    this.#stage({ kind: 'endRepair' });
  }

  mend(entry: LogEntry): boolean {
    if (!this.isTheOne(entry)) return false;
    this.#log.fill(entry);
    this.#stage({ kind: 'mend', entry });
    return true;
  }

  abandonHoles(): void {
    const [first] = this.#log.holes;
    if (first === undefined) return;
    this.#observer.truncationStaged(first);
    this.#log.truncate(first);
    this.#stage({ kind: 'abandon', from: first });
  }

  /** Whether it is certain that this entry stood in its place. */
  protected isTheOne(entry: LogEntry): boolean {
    return this.#log.isTheOne(entry);
  }

  /** What the node is told of it when it starts. */
  protected damageOf({ isMarked }: Disk): string | null {
    return isMarked ? 'its records do not pass their checks' : null;
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
