import {
  type HardState,
  type LogEntry,
  type LogIndex,
  LogInMemory,
  type PlacedConfiguration,
  type SnapshotRecord,
  type Term,
  term,
} from '@quorate/raft';
import type { StoredSnapshot } from './stored-snapshot.ts';

/** One write to the log of a node. */
export type Write =
  | { readonly kind: 'hardState'; readonly hardState: HardState }
  | { readonly kind: 'longestPromise'; readonly longestPromiseMs: number }
  | { readonly kind: 'append'; readonly entries: readonly LogEntry[] }
  | { readonly kind: 'truncate'; readonly from: LogIndex }
  | { readonly kind: 'snapshot'; readonly record: SnapshotRecord }
  | { readonly kind: 'compact'; readonly through: LogIndex }
  | { readonly kind: 'install'; readonly record: SnapshotRecord }
  | { readonly kind: 'endRepair' }
  | { readonly kind: 'mend'; readonly entry: LogEntry }
  | { readonly kind: 'abandon'; readonly from: LogIndex };

/** What survives a loss of power: all that was flushed, and nothing else. */
export class Disk {
  readonly storageId: string;
  incarnation = 0;
  /** Snapshot files, flushed with their folder: whole ones, and those that are still coming from a peer. */
  readonly snapshots = new Map<string, StoredSnapshot>();
  #hardState: HardState = { currentTerm: term(0), votedFor: null };
  #longestPromiseMs = 0;
  #snapshot: SnapshotRecord | null = null;
  #log = new LogInMemory();
  #beforeDamage: Disk | null = null;
  #isMarked = false;

  constructor(storageId: string) {
    this.storageId = storageId;
  }

  /** Another disk with the same contents, as a copy that somebody made of the files. */
  copy(storageId: string): Disk {
    const copy = new Disk(storageId);
    copy.incarnation = this.incarnation;
    for (const [id, stored] of this.snapshots) copy.snapshots.set(id, stored);
    copy.#log.install(this.#log.base);
    copy.#snapshot = this.#snapshot;
    copy.commit([
      { kind: 'hardState', hardState: this.#hardState },
      { kind: 'longestPromise', longestPromiseMs: this.#longestPromiseMs },
      { kind: 'append', entries: this.#log.entries },
    ]);
    for (const [index, kind] of this.#log.holeKinds) copy.#log.damage(index, kind);
    copy.#beforeDamage = this.#beforeDamage;
    copy.#isMarked = this.#isMarked;
    return copy;
  }

  /** The disk as it was before it was damaged; null if it is whole. For the checks: no node sees it. */
  get beforeDamage(): Disk | null {
    return this.#beforeDamage;
  }

  /** What is in the log's files cannot be read any more; term, vote and the longest promise are, which are kept twice. */
  damage(): void {
    this.#beforeDamage ??= this.copy(this.storageId);
    this.#isMarked = true;
    this.#log = new LogInMemory();
    this.#snapshot = null;
  }

  /** The records at these places cannot be read any more. `isLegible` says whether what is left of them tells them from all others. */
  damageRecords(indexes: readonly LogIndex[], isLegible: boolean): void {
    this.#beforeDamage ??= this.copy(this.storageId);
    for (const index of indexes) this.#log.damage(index, { isLegible });
  }

  /** Whether the log was damaged, and what it lacks is to come from a leader. */
  get isMarked(): boolean {
    return this.#isMarked;
  }

  /** What is left of the records that cannot be read, by index. */
  get holeKinds(): ReadonlyMap<LogIndex, { readonly isLegible: boolean }> {
    return this.#log.holeKinds;
  }

  get hardState(): HardState {
    return this.#hardState;
  }

  /** The longest hard promise that was ever made from this disk. */
  get longestPromiseMs(): number {
    return this.#longestPromiseMs;
  }

  get snapshot(): SnapshotRecord | null {
    return this.#snapshot;
  }

  /** The entries that are held, from `firstIndex` on. */
  get entries(): readonly LogEntry[] {
    return this.#log.entries;
  }

  /** The last entry before the first that is held. */
  get base(): { readonly index: LogIndex; readonly term: Term } {
    return this.#log.base;
  }

  get firstIndex(): LogIndex {
    return this.#log.firstIndex;
  }

  get lastIndex(): LogIndex {
    return this.#log.lastIndex;
  }

  /** The entry at `index`, if it is held and can be read. */
  entryAt(index: number): LogEntry | undefined {
    const entry = this.#log.at(index);
    return entry !== undefined && this.holeKinds.has(entry.index) ? undefined : entry;
  }

  /** The term of the entry at `index`, also of the last one before the first that is held; 0 for index 0; null where it is not known. */
  termAt(index: LogIndex): Term | null {
    return index === 0 ? term(0) : this.#log.termAt(index);
  }

  /** The configurations among the entries that are held, oldest first. */
  get configurations(): readonly PlacedConfiguration[] {
    return this.#log.configurations;
  }

  /** One transaction reaches the disk: all of it. */
  commit(writes: readonly Write[]): void {
    for (const write of writes) this.#apply(write);
  }

  /** Power is lost while a transaction is written, and some of it is there: what is not whole never was (LMDB's two meta pages). */
  tear(_writes: readonly Write[]): void {}

  #noteWhole(): void {
    if (!this.#isMarked && this.holeKinds.size === 0) this.#beforeDamage = null;
  }

  #apply(write: Write): void {
    switch (write.kind) {
      case 'hardState':
        this.#hardState = write.hardState;
        return;
      case 'longestPromise':
        this.#longestPromiseMs = write.longestPromiseMs;
        return;
      case 'append':
        return this.#log.append(write.entries);
      case 'truncate':
        return this.#log.truncate(write.from);
      case 'snapshot':
        this.#snapshot = write.record;
        return;
      case 'compact':
        this.#log.compact(write.through, write.through === this.#snapshot?.index ? this.#snapshot.term : undefined);
        return this.#noteWhole();
      case 'install':
        this.#snapshot = write.record;
        return this.#log.install(write.record);
      case 'endRepair':
        this.#isMarked = false;
        this.#beforeDamage = null;
        return;
      case 'mend':
        this.#log.fill(write.entry);
        return this.#noteWhole();
      case 'abandon':
        this.#isMarked = true;
        return this.#log.truncate(write.from);
      default:
        return write satisfies never;
    }
  }
}
