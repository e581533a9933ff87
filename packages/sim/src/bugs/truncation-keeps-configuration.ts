import {
  type HardState,
  type LogEntry,
  type LogIndex,
  type LogStorage,
  type PlacedConfiguration,
  type ReadLimit,
  raftParts,
  type SnapshotRecord,
  type Term,
} from '@quorate/raft';
import type { PlantedBug } from './plant.ts';

/** A log storage that goes on knowing a configuration that it has cut off, until it gets another. */
class LastConfigurationKept implements LogStorage {
  readonly #storage: LogStorage;
  #cutOff: PlacedConfiguration | null = null;

  constructor(storage: LogStorage) {
    this.#storage = storage;
  }

  get hardState(): HardState {
    return this.#storage.hardState;
  }

  get longestPromiseMs(): number {
    return this.#storage.longestPromiseMs;
  }

  get snapshot(): SnapshotRecord | null {
    return this.#storage.snapshot;
  }

  get damage(): string | null {
    return this.#storage.damage;
  }

  get holes(): readonly LogIndex[] {
    return this.#storage.holes;
  }

  get firstIndex(): LogIndex {
    return this.#storage.firstIndex;
  }

  get lastIndex(): LogIndex {
    return this.#storage.lastIndex;
  }

  get written(): number {
    return this.#storage.written;
  }

  get configurations(): readonly PlacedConfiguration[] {
    const { configurations } = this.#storage;
    return this.#cutOff === null ? configurations : [...configurations, this.#cutOff];
  }

  termAt(index: LogIndex): Term | null {
    return this.#storage.termAt(index);
  }

  read(from: LogIndex, limit: ReadLimit): readonly LogEntry[] {
    return this.#storage.read(from, limit);
  }

  setLongestPromise(longestPromiseMs: number): void {
    this.#storage.setLongestPromise(longestPromiseMs);
  }

  setHardState(hardState: HardState): void {
    this.#storage.setHardState(hardState);
  }

  append(entries: readonly LogEntry[]): void {
    this.#storage.append(entries);
    if (entries.some(({ kind }) => kind === 'configuration')) this.#cutOff = null;
  }

  truncate(from: LogIndex): void {
    const newest = this.#storage.configurations.at(-1);
    this.#storage.truncate(from);
    if (newest !== undefined && newest.index >= from) this.#cutOff = newest;
  }

  setSnapshot(record: SnapshotRecord): void {
    this.#storage.setSnapshot(record);
  }

  compact(through: LogIndex): void {
    this.#storage.compact(through);
  }

  installSnapshot(record: SnapshotRecord): void {
    this.#storage.installSnapshot(record);
    this.#cutOff = null;
  }

  endRepair(): void {
    this.#storage.endRepair();
  }

  mend(entry: LogEntry): boolean {
    return this.#storage.mend(entry);
  }

  abandonHoles(): void {
    this.#storage.abandonHoles();
  }
}

class LogState extends raftParts.LogState {
  constructor(...[context, options, parts]: ConstructorParameters<typeof raftParts.LogState>) {
    super(context, { ...options, storage: new LastConfigurationKept(options.storage) }, parts);
  }
}

/** See `breaks`. */
export const truncationKeepsConfiguration: PlantedBug = {
  name: 'truncation-keeps-configuration',
  breaks: 'A configuration that was cut off with the end of the log stays in use.',
  reference: 'dissertation §4.1: a server must be prepared to fall back to the previous configuration; rule 9',
  plant: { parts: { LogState } },
};
