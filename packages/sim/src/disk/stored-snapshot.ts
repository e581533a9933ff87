import type { LogEntry } from '@quorate/raft';

/** A snapshot file on a disk. One that comes from a peer grows chunk by chunk. */
export interface StoredSnapshot {
  /** What led to the state that it holds. */
  readonly entries: readonly LogEntry[];
  readonly bytes: number;
  readonly storedBytes: number;
}
