import type { HardState, LogEntry, LogIndex, Term } from '../types.ts';
import type { PlacedConfiguration } from './configuration-entries.ts';
import type { SnapshotRecord } from './snapshot-files.ts';

/** How much may be read at once; at least one entry is given, however large it is. */
export interface ReadLimit {
  readonly maxEntries: number;
  /** Bytes of the entries together, each with 128 for its envelope. */
  readonly maxBytes: number;
}

/** How a flush ended. After `failed` nothing may be assumed of what it held, and the process must end: a failed flush is never retried (reliability: fsync marks lost pages clean). */
export type FlushOutcome =
  | { readonly kind: 'flushed'; readonly written: number }
  | { readonly kind: 'failed'; readonly error: unknown };

/**
 * The durable part of one group on one node, as the log store sees it. Writes are staged: reads see them at once, and
 * `flush` makes all that was staged durable in one commit. Writes are numbered 1, 2, 3 … in the order of the calls, and
 * become durable in that order.
 */
export interface LogStorage {
  readonly hardState: HardState;
  /** The longest hard promise that this node may have made, in ms; 0 if it never made one. Kept as the hard state is: also in a log that was damaged. */
  readonly longestPromiseMs: number;
  /** The first index that is held, 1 in a log that was never compacted; `lastIndex` + 1 when the log is empty. The term before it is known. */
  readonly firstIndex: LogIndex;
  readonly lastIndex: LogIndex;
  /** The number of the newest write, staged or durable. 0 when this process has written nothing. */
  readonly written: number;
  /** The newest snapshot, from which and from what follows it the state can be made; null if there is none. */
  readonly snapshot: SnapshotRecord | null;
  /** Why this log is not what it was; null in a log that is whole. One that was damaged began again, empty but for its hard state, and until `endRepair` its node neither votes nor acknowledges. */
  readonly damage: string | null;
  /**
   * Places of the log, in order, whose records are there and do not pass their checks. Corrupt is not absent: while there is one nothing may be read, cut off
   * or added, and the node has no say. All else is what it was.
   */
  readonly holes: readonly LogIndex[];
  /** The entries of kind `configuration` that are held, decoded, in order. */
  readonly configurations: readonly PlacedConfiguration[];
  /** The term of the entry at `index`, also of the last one before `firstIndex`; 0 for index 0; null where it is not known. */
  termAt(index: LogIndex): Term | null;
  /**
   * Entries from `from` on, in order, without a gap; none beyond lastIndex.
   * @throws {CorruptRecord} if a record does not pass its check
   */
  read(from: LogIndex, limit: ReadLimit): readonly LogEntry[];
  /** Stages a term and vote. */
  setHardState(hardState: HardState): void;
  /** Stages that a promise of that length may be made. */
  setLongestPromise(longestPromiseMs: number): void;
  /** Stages entries that continue the log at lastIndex + 1. @throws {RangeError} if they do not */
  append(entries: readonly LogEntry[]): void;
  /** Stages the removal of `from` and all that follows it. */
  truncate(from: LogIndex): void;
  /** Stages that there is a snapshot, newer than the last. The log stays as it is. */
  setSnapshot(record: SnapshotRecord): void;
  /** Stages the removal of all up to `through`, which the snapshot covers: lasting work goes on in the flushes to come. @throws {RangeError} if it does not */
  compact(through: LogIndex): void;
  /** Stages a snapshot that came from a peer, and a log that begins after it: empty, unless the log has the snapshot's last entry; then what follows stays. */
  installSnapshot(record: SnapshotRecord): void;
  /** Stages that the log is whole again. */
  endRepair(): void;
  /**
   * Stages that `entry` stands in its place, which is a hole, if it is certain that it stood there before: its term is the one that both neighbours
   * have, or what is left of the record is a part of this one's. An entry of another term is another entry (Raft §5.3, log matching). Whether it was taken.
   */
  mend(entry: LogEntry): boolean;
  /** Stages that the first hole and all that follows it goes, and that this log was damaged: it is so until `endRepair`. */
  abandonHoles(): void;
}

/** The host's side of the storage: it decides when to flush, once in a turn and one flush at a time. */
export interface FlushableLogStorage extends LogStorage {
  /** Whether there is anything that `flush` would make durable. */
  readonly staged: boolean;
  /** Makes all that is staged now durable, then calls `done` once, later, with the number of the last write that it covered. */
  flush(done: (outcome: FlushOutcome) => void): void;
}

/** A record is there and is wrong, which is not the same as not there: nothing may be cut off to fit it. */
export class CorruptRecord extends Error {
  readonly code = 'CorruptRecord';
  constructor(where: string, what: string) {
    super(`corrupt record in ${where}: ${what}`);
    this.name = 'CorruptRecord';
  }
}

/** A record, or a file, is whole and of another format version than this build knows: it is no damage, and nothing may be thrown away for it. */
export class UnknownFormatVersion extends Error {
  readonly code = 'UnknownFormatVersion';
  constructor(where: string, version: number, known: number) {
    super(`${where} has format version ${version}, and this build knows ${known} only`);
    this.name = 'UnknownFormatVersion';
  }
}
