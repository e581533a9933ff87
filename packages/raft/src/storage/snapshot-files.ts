import type { NodeId } from '@quorate/actor';
import type { Configuration, EntryTime, LogIndex, Term } from '../types.ts';

/** What a snapshot covers: the state after the entry at `index`, the members as of it, and its time, after which a log that begins here goes on. */
export interface SnapshotPoint extends EntryTime {
  readonly index: LogIndex;
  readonly term: Term;
  readonly configuration: Configuration;
}

/** A whole snapshot. */
export interface SnapshotRecord extends SnapshotPoint {
  /** Names the file and its content: the same everywhere, so that a broken transfer goes on with any leader that has it. */
  readonly id: string;
  readonly bytes: number;
}

/** A stretch of a snapshot that a peer is to get. */
export interface ChunkRequest {
  readonly peer: NodeId;
  readonly sequence: number;
  readonly id: string;
  readonly offset: number;
  readonly maxBytes: number;
}

/** A stretch of a snapshot, with the checksum of its bytes. */
export interface Chunk {
  readonly offset: number;
  readonly bytes: Uint8Array;
  readonly checksum: number;
}

/**
 * The snapshots of one group on one node: checksummed files beside the databases. Nothing here waits: each call is answered later,
 * by a message of the host to the applier that is named with it. A file counts only when it is whole and flushed with its folder.
 */
export interface SnapshotFiles {
  /** Writes a snapshot of the state machine as it is at this moment, while it goes on. Answer: `snapshotTaken`, or `snapshotFailed`. */
  take(point: SnapshotPoint): void;
  /** Answer: `chunkRead`. */
  read(request: ChunkRequest): void;
  /** How much of a snapshot that comes from a peer is here, checked and flushed: a transfer goes on from there. */
  storedBytes(record: SnapshotRecord): number;
  /** Stores the chunk that follows; any other, or one whose checksum is wrong, is not taken. Answer: `chunkStored`, which says how far it is now. */
  store(record: SnapshotRecord, chunk: Chunk): void;
  /** Makes the state machine what the snapshot holds. Answer: `snapshotLoaded`. */
  load(record: SnapshotRecord): void;
  /** Removes every file but those. */
  keepOnly(ids: readonly string[]): void;
}

/** Where there are no snapshots. */
export const noSnapshotFiles: SnapshotFiles = {
  take: () => {},
  read: () => {},
  storedBytes: () => 0,
  store: () => {},
  load: () => {},
  keepOnly: () => {},
};
