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
import { checksumOf, contentOf, isContentOf, isWhole, type StoredSnapshot } from './stored-snapshot.ts';

/** What the files of one process are kept with. */
export interface SnapshotFilesOptions {
  readonly disk: Disk;
  /** What led to the state of the state machine as it is now. */
  readonly applied: () => readonly LogEntry[];
  /** Makes the state machine what these entries lead to. */
  readonly load: (entries: readonly LogEntry[]) => void;
  /** Every snapshot that any node has taken, by its id: what the bytes that come over the network stand for. */
  readonly known: Map<string, readonly LogEntry[]>;
  /** A file is about to go. */
  readonly removed: (id: string) => void;
  /** Runs `run` when the disk has done its work, unless the process has ended before. */
  readonly later: (run: () => void) => void;
  /** Answers the applier. */
  readonly tell: (message: ApplierMessage) => void;
}

const headerBytes = 16;
const entryBytes = 32;

/** The snapshots of one process, as files on its disk. Their bytes are no more than what tells one snapshot from another. */
export class SimulatedSnapshotFiles implements SnapshotFiles {
  readonly #options: SnapshotFilesOptions;

  constructor(options: SnapshotFilesOptions) {
    this.#options = options;
  }

  take(point: SnapshotPoint): void {
    const { disk, known, later, tell } = this.#options;
    const entries = this.#options.applied().slice(0, point.index);
    const record = this.recordOf(point);
    later(() => {
      known.set(record.id, entries);
      const { id, bytes } = record;
      disk.snapshots.set(id, { entries, bytes, content: contentOf(id, 0, bytes) });
      tell({ kind: 'snapshotTaken', record });
    });
  }

  read({ peer, sequence, id, offset, maxBytes }: ChunkRequest): void {
    const { disk, later, tell } = this.#options;
    later(() => {
      const stored = disk.snapshots.get(id);
      const chunk = stored === undefined || !isWhole(stored) ? null : chunkOf(stored, offset, maxBytes);
      tell({ kind: 'chunkRead', peer, sequence, id, chunk });
    });
  }

  storedBytes(record: SnapshotRecord): number {
    const { snapshots } = this.#options.disk;
    return (snapshots.get(record.id) ?? snapshots.get(this.nameOf(record)))?.content.length ?? 0;
  }

  store(record: SnapshotRecord, chunk: Chunk): void {
    const { disk, known, later, tell } = this.#options;
    const { id, bytes } = record;
    later(() => {
      const entries = known.get(id);
      const name = this.nameOf(record);
      const content = disk.snapshots.get(name)?.content ?? new Uint8Array();
      if (entries !== undefined && follows(chunk, content.length, bytes)) {
        const stored = { entries, bytes, content: joined(content, chunk.bytes) };
        disk.snapshots.delete(name);
        if (!isWhole(stored)) disk.snapshots.set(name, stored);
        else if (this.isIntact(record, stored)) disk.snapshots.set(id, stored);
      }
      tell({ kind: 'chunkStored', id, storedBytes: this.storedBytes(record) });
    });
  }

  /** @throws {Error} if there is no such file, which is found out later */
  load({ id }: SnapshotRecord): void {
    const { disk, load, later, tell } = this.#options;
    later(() => {
      const stored = disk.snapshots.get(id);
      if (stored === undefined || !isWhole(stored)) throw new Error(`there is no snapshot ${id}`);
      load(stored.entries);
      tell({ kind: 'snapshotLoaded', id });
    });
  }

  keepOnly(ids: readonly string[]): void {
    const { removed } = this.#options;
    const { snapshots } = this.#options.disk;
    for (const id of snapshots.keys()) {
      if (ids.includes(id)) continue;
      removed(id);
      snapshots.delete(id);
    }
  }

  /** The snapshot of the state at that point: nothing in it differs between nodes. */
  protected recordOf(point: SnapshotPoint): SnapshotRecord {
    return { ...point, id: `${point.index}-${point.term}`, bytes: headerBytes + point.index * entryBytes };
  }

  /** Under what name the bytes of a snapshot are collected. */
  protected nameOf({ id }: SnapshotRecord): string {
    return id;
  }

  /** Whether what has come is what the record says, by its hash. */
  protected isIntact({ id }: SnapshotRecord, stored: StoredSnapshot): boolean {
    return isContentOf(id, stored);
  }
}

const chunkOf = ({ content }: StoredSnapshot, offset: number, maxBytes: number): Chunk => {
  const bytes = content.slice(offset, offset + maxBytes);
  return { offset, bytes, checksum: checksumOf(bytes) };
};

const follows = ({ offset, bytes, checksum }: Chunk, stored: number, size: number): boolean =>
  offset === stored && offset + bytes.length <= size && checksum === checksumOf(bytes);

function joined(one: Uint8Array, other: Uint8Array): Uint8Array {
  const both = new Uint8Array(one.length + other.length);
  both.set(one);
  both.set(other, one.length);
  return both;
}
