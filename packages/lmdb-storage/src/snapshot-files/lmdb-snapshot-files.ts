import { rmSync } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { crc32 } from 'node:zlib';
import type { Chunk, ChunkRequest, Logger, SnapshotFiles, SnapshotPoint, SnapshotRecord } from '@quorate/raft';
import { CorruptRecord } from '@quorate/raft';
import { isSnapshotId, type SnapshotHeader, type SnapshotOwner } from '@quorate/wire';
import { isDiskFull } from '../data-folder-error.ts';
import { appendFlushed, flushFolder } from '../durable-file.ts';
import type { LmdbTables } from '../lmdb-tables.ts';
import type { TableReading } from '../table-reading.ts';
import type { SnapshotAnswer } from './answer.ts';
import { CheckedSnapshot } from './checked-snapshot.ts';
import { loadSnapshot } from './load-snapshot.ts';
import { readHeader } from './read-header.ts';
import { readSnapshot, type SnapshotSource } from './read-snapshot.ts';
import { ReaderLeases } from './reader-leases.ts';
import { SnapshotFolder } from './snapshot-folder.ts';
import { WorkQueue } from './work-queue.ts';
import { writeSnapshot } from './write-snapshot.ts';

/** What the snapshots of a group are kept with. */
export interface LmdbSnapshotFilesOptions {
  /** The folder of the group's snapshots; made, with those above it, within `root`. */
  readonly path: string;
  readonly root: string;
  readonly owner: SnapshotOwner;
  readonly tables: LmdbTables;
  readonly logger: Logger;
  /** Answers the applier. */
  readonly tell: (answer: SnapshotAnswer) => void;
  /** The disk has failed, or a snapshot is not what it was: the process must end. */
  readonly onFatal: (error: unknown) => void;
}

/** The files are being closed: what is under way ends. */
class Closed extends Error {}

/**
 * The snapshots of one group, as files. What changes files or tables goes one after the other; chunks are read
 * beside it, of files that are whole. Nothing keeps the event loop for longer than a few milliseconds.
 */
export class LmdbSnapshotFiles implements SnapshotFiles {
  readonly #options: LmdbSnapshotFilesOptions;
  readonly #folder: SnapshotFolder;
  readonly #changes: WorkQueue;
  readonly #reads: WorkQueue;
  /** By id, those that were read for a peer. */
  readonly #checked = new Map<string, CheckedSnapshot>();
  readonly #leases = new ReaderLeases((id) => this.#leaseEnded(id));
  /** What would have gone, and is being read. */
  readonly #spared = new Set<string>();
  #isClosed = false;
  /** The snapshot that the last chunk was of. */
  #receiving: string | null = null;
  /** Whether the last chunk that came found the disk full. */
  #lacksRoom = false;

  /** Removes what was being written when the last process ended. */
  constructor(options: LmdbSnapshotFilesOptions) {
    this.#options = options;
    this.#folder = new SnapshotFolder(options.path, options.root);
    const failed = (error: unknown): void => {
      if (!(error instanceof Closed)) options.onFatal(error);
    };
    this.#changes = new WorkQueue(failed);
    this.#reads = new WorkQueue(failed);
  }

  take(point: SnapshotPoint): void {
    // The state as it is at this moment, whatever is applied until there is time to write it.
    const reading = this.#options.tables.reading();
    this.#changes.add(() => this.#take(point, reading));
  }

  read(request: ChunkRequest): void {
    this.#reads.add(() => this.#read(request));
  }

  storedBytes({ id, bytes }: SnapshotRecord): number {
    const whole = this.#folder.whole.get(id);
    if (whole !== undefined) return whole;
    const stored = this.#folder.parts.get(id) ?? 0;
    // All of it came, and the process ended before it was checked: the next chunk leads to that.
    return stored >= bytes ? 0 : stored;
  }

  store(record: SnapshotRecord, chunk: Chunk): void {
    this.#changes.add(() => this.#store(record, chunk));
  }

  load(record: SnapshotRecord): void {
    this.#changes.add(() => this.#load(record));
  }

  keepOnly(ids: readonly string[]): void {
    // What is taken or comes in from now on stays, also under a name that goes now.
    const doomed: string[] = [];
    for (const id of ids) this.#spared.delete(id);
    for (const files of [this.#folder.whole, this.#folder.parts]) {
      for (const id of files.keys()) {
        if (ids.includes(id)) continue;
        if (this.#leases.holds(id)) {
          this.#spared.add(id);
          continue;
        }
        files.delete(id);
        this.#checked.delete(id);
        doomed.push(id);
      }
    }
    if (doomed.length > 0) this.#changes.add(() => this.#remove(doomed));
  }

  /** For a client that is to read the snapshot: it stays for a while. What the file says of itself, or null if it is not here. @throws {CorruptRecord} */
  async lend(id: string): Promise<SnapshotHeader | null> {
    if (!this.#folder.whole.has(id)) return null;
    this.#leases.renew(id);
    return await readHeader(this.#folder.wholePath(id));
  }

  /** A stretch of a snapshot for a client, and it stays for a while longer. Null if it is not here, or not so long. */
  async readStretch(id: string, offset: number, maxBytes: number): Promise<Chunk | null> {
    if (!this.#folder.whole.has(id)) return null;
    this.#leases.renew(id);
    return await this.#chunk(id, offset, maxBytes).catch((error: unknown) => {
      if (error instanceof CorruptRecord && this.#folder.whole.has(id)) this.#options.onFatal(error);
      throw error;
    });
  }

  /** Ends what is under way, and resolves when nothing is any more. Nothing is answered then. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#leases.close();
    await this.#changes.idle();
    await this.#reads.idle();
  }

  #leaseEnded(id: string): void {
    if (!this.#spared.delete(id)) return;
    this.#folder.whole.delete(id);
    this.#checked.delete(id);
    this.#changes.add(() => this.#remove([id]));
  }

  /** Between two steps of long work. @throws {Closed} */
  readonly #goOn = (): void => {
    if (this.#isClosed) throw new Closed();
  };

  async #take(point: SnapshotPoint, reading: TableReading): Promise<void> {
    const { owner, tell } = this.#options;
    const { index } = point;
    const { draftPath } = this.#folder;
    try {
      this.#goOn();
      const { lastApplied, revision, stateHash } = reading.progress;
      if (lastApplied !== index) throw new Error(`the state is that of ${lastApplied}, not of ${index}`);
      const header = { ...owner, ...point, revision, stateHash };
      const { id, bytes } = await writeSnapshot(draftPath, header, reading, this.#goOn);
      await this.#complete(draftPath, id, bytes);
      this.#tell({ kind: 'snapshotTaken', record: { ...point, id, bytes } });
    } catch (error) {
      rmSync(draftPath, { force: true });
      // A state that is damaged is not to be used any more.
      if (error instanceof Closed || error instanceof CorruptRecord) throw error;
      tell({ kind: 'snapshotFailed', reason: reasonOf(error) });
    } finally {
      reading.close();
    }
  }

  async #read({ peer, sequence, id, offset, maxBytes }: ChunkRequest): Promise<void> {
    const chunk = await this.#chunk(id, offset, maxBytes).catch((error: unknown) => {
      const isWanted = this.#folder.whole.has(id);
      if (error instanceof Closed || (isWanted && error instanceof CorruptRecord)) throw error;
      this.#options.logger.error('a snapshot could not be read', { id, reason: reasonOf(error) });
      return null;
    });
    this.#tell({ kind: 'chunkRead', peer, sequence, id, chunk });
  }

  async #chunk(id: string, offset: number, maxBytes: number): Promise<Chunk | null> {
    const size = this.#folder.whole.get(id);
    if (size === undefined || offset >= size) return null;
    const checked = this.#checked.get(id) ?? (await CheckedSnapshot.open(this.#folder.wholePath(id), id, this.#goOn));
    this.#checked.set(id, checked);
    const bytes = await checked.read(offset, Math.min(offset + maxBytes, size));
    return { offset, bytes, checksum: crc32(bytes) };
  }

  async #store(record: SnapshotRecord, chunk: Chunk): Promise<void> {
    this.#goOn();
    const { id, bytes } = record;
    const { whole, parts } = this.#folder;
    if (!isSnapshotId(id) || whole.has(id)) return this.#tellStored(record);
    const stored = parts.get(id) ?? 0;
    if (stored < bytes && this.#follows(chunk, stored, bytes) && !(await this.#append(id, chunk, stored))) return;
    if ((parts.get(id) ?? 0) >= bytes) await this.#finish(record);
    this.#tellStored(record);
  }

  #follows({ offset, bytes, checksum }: Chunk, stored: number, size: number): boolean {
    return offset === stored && bytes.length > 0 && offset + bytes.length <= size && crc32(bytes) === checksum;
  }

  /** Where there is no room for it nothing is answered: the leader sends it again after a while, and the transfer goes on once there is. */
  async #append(id: string, { bytes }: Chunk, stored: number): Promise<boolean> {
    try {
      await appendFlushed(this.#folder.partPath(id), bytes, stored);
    } catch (error) {
      if (!isDiskFull(error, this.#folder.path)) throw error;
      if (!this.#lacksRoom) this.#options.logger.error('no room for a snapshot that the leader sends', { id, stored });
      this.#lacksRoom = true;
      return false;
    }
    if (this.#receiving !== id) this.#options.logger.info('receiving a snapshot', { id, from: stored });
    this.#receiving = id;
    this.#lacksRoom = false;
    this.#folder.parts.set(id, stored + bytes.length);
    return true;
  }

  /** All of it has come. One that is not what its record says goes, and comes again from its beginning. */
  async #finish(record: SnapshotRecord): Promise<void> {
    const { id, bytes } = record;
    const path = this.#folder.partPath(id);
    try {
      await readSnapshot(this.#sourceOf(record, path), this.#goOn);
    } catch (error) {
      if (!(error instanceof CorruptRecord)) throw error;
      this.#options.logger.warn('a snapshot that was received is damaged', { id, reason: error.message });
      this.#folder.parts.delete(id);
      return await rm(path, { force: true });
    }
    await this.#complete(path, id, bytes);
    this.#folder.parts.delete(id);
  }

  /** The content is flushed: the name makes it a snapshot. */
  async #complete(path: string, id: string, bytes: number): Promise<void> {
    await rename(path, this.#folder.wholePath(id));
    await flushFolder(this.#folder.path);
    this.#folder.whole.set(id, bytes);
  }

  async #load(record: SnapshotRecord): Promise<void> {
    this.#goOn();
    const source = this.#sourceOf(record, this.#folder.wholePath(record.id));
    await loadSnapshot(source, this.#options.tables, this.#goOn);
    this.#tell({ kind: 'snapshotLoaded', id: record.id });
  }

  async #remove(ids: readonly string[]): Promise<void> {
    const { whole, parts } = this.#folder;
    for (const id of ids) {
      if (!whole.has(id)) await rm(this.#folder.wholePath(id), { force: true });
      if (!parts.has(id)) await rm(this.#folder.partPath(id), { force: true });
    }
  }

  #tellStored(record: SnapshotRecord): void {
    this.#tell({ kind: 'chunkStored', id: record.id, storedBytes: this.storedBytes(record) });
  }

  #tell(answer: SnapshotAnswer): void {
    if (!this.#isClosed) this.#options.tell(answer);
  }

  #sourceOf(record: SnapshotRecord, path: string): SnapshotSource {
    return { path, record, owner: this.#options.owner };
  }
}

const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
