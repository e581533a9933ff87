import type {
  ApplierMessage,
  Chunk,
  ChunkRequest,
  LogEntry,
  SnapshotFiles,
  SnapshotPoint,
  SnapshotRecord,
} from '@quorate/raft';
import type { Disk } from './disk.ts';

/** What the files of one process are kept with. */
export interface SnapshotFilesOptions {
  readonly disk: Disk;
  /** What led to the state of the state machine as it is now. */
  readonly applied: () => readonly LogEntry[];
  /** Makes the state machine what these entries lead to. */
  readonly load: (entries: readonly LogEntry[]) => void;
  /** Every snapshot that any node has taken, by its id: where the content of what comes over the network is from. */
  readonly known: Map<string, readonly LogEntry[]>;
  /** Runs `run` when the disk has done its work, unless the process has ended before. */
  readonly later: (run: () => void) => void;
  /** Answers the applier. */
  readonly tell: (message: ApplierMessage) => void;
}

const headerBytes = 16;
const entryBytes = 32;

/** The snapshots of one process, as files on its disk. A chunk's bytes are no more than what tells it from another's. */
export class SimulatedSnapshotFiles implements SnapshotFiles {
  readonly #options: SnapshotFilesOptions;

  constructor(options: SnapshotFilesOptions) {
    this.#options = options;
  }

  take(point: SnapshotPoint): void {
    const { disk, known, later, tell } = this.#options;
    const entries = this.#options.applied().slice(0, point.index);
    const record = { ...point, id: `${point.index}-${point.term}`, bytes: headerBytes + entries.length * entryBytes };
    later(() => {
      known.set(record.id, entries);
      disk.snapshots.set(record.id, { entries, bytes: record.bytes, storedBytes: record.bytes });
      tell({ kind: 'snapshotTaken', record });
    });
  }

  read({ peer, sequence, id, offset, maxBytes }: ChunkRequest): void {
    const { disk, later, tell } = this.#options;
    later(() => {
      const stored = disk.snapshots.get(id);
      const isWhole = stored !== undefined && stored.storedBytes === stored.bytes;
      const chunk = isWhole ? chunkOf(id, offset, Math.min(maxBytes, stored.bytes - offset)) : null;
      tell({ kind: 'chunkRead', peer, sequence, id, chunk });
    });
  }

  storedBytes({ id }: SnapshotRecord): number {
    return this.#options.disk.snapshots.get(id)?.storedBytes ?? 0;
  }

  store(record: SnapshotRecord, chunk: Chunk): void {
    const { disk, known, later, tell } = this.#options;
    const { id, bytes } = record;
    later(() => {
      const storedBytes = this.storedBytes(record);
      const entries = known.get(id);
      if (this.takes(record, chunk, storedBytes) && entries !== undefined) {
        disk.snapshots.set(id, { entries, bytes, storedBytes: storedBytes + chunk.bytes.length });
      }
      tell({ kind: 'chunkStored', id, storedBytes: this.storedBytes(record) });
    });
  }

  load({ id }: SnapshotRecord): void {
    const { disk, load, later, tell } = this.#options;
    later(() => {
      const stored = disk.snapshots.get(id);
      if (stored === undefined || stored.storedBytes !== stored.bytes) throw new Error(`there is no snapshot ${id}`);
      load(stored.entries);
      tell({ kind: 'snapshotLoaded', id });
    });
  }

  keepOnly(ids: readonly string[]): void {
    const { snapshots } = this.#options.disk;
    for (const id of snapshots.keys()) if (!ids.includes(id)) snapshots.delete(id);
  }

  /** Whether it is what comes next of that very snapshot. */
  protected takes({ id }: SnapshotRecord, { offset, bytes, checksum }: Chunk, storedBytes: number): boolean {
    return offset === storedBytes && checksum === checksumOf(id, offset, bytes.length);
  }
}

const chunkOf = (id: string, offset: number, length: number): Chunk => ({
  offset,
  bytes: new Uint8Array(length),
  checksum: checksumOf(id, offset, length),
});

function checksumOf(id: string, offset: number, length: number): number {
  let hash = offset * 31 + length;
  for (let at = 0; at < id.length; at += 1) hash = (Math.imul(hash, 33) + id.charCodeAt(at)) >>> 0;
  return hash;
}
