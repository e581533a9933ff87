import { join, resolve } from 'node:path';
import type { ClusterName, GroupId, NodeId } from '@quorate/actor';
import type { FormationRecord, Logger } from '@quorate/raft';
import { asDataFolderError, DataFolderError } from './data-folder-error.ts';
import { saveFormation } from './essential-records.ts';
import { contentOf, createDataFolder, makeFolder, refuseOther, snapshotsFolder } from './folder-creation.ts';
import { readDescription } from './folder-description.ts';
import { FolderLock } from './folder-lock.ts';
import { type FolderStores, openStores } from './folder-stores.ts';
import { AlreadyFormed, canonicalText, formationRecordSchema } from './formation-record.ts';
import { defaultRecentEntriesBytes, LmdbLogStorage } from './lmdb-log-storage.ts';
import { LmdbTables } from './lmdb-tables.ts';
import { Scrub, type ScrubOptions } from './scrub.ts';
import type { SnapshotAnswer } from './snapshot-files/answer.ts';
import { LmdbSnapshotFiles } from './snapshot-files/lmdb-snapshot-files.ts';

/** Which folder to open, and for whom. */
export interface DataFolderOptions {
  readonly path: string;
  readonly nodeId: NodeId;
  readonly clusterName: ClusterName;
  /** How much memory each group's log may use for entries that are on disk as well, in bytes. 16 MiB unless given. */
  readonly recentEntriesBytes?: number;
}

/** What the snapshots of a group are kept with. */
export interface SnapshotFilesOptions {
  readonly group: GroupId;
  readonly clusterId: string;
  readonly tables: LmdbTables;
  readonly logger: Logger;
  /** Answers the applier. */
  readonly tell: (answer: SnapshotAnswer) => void;
  /** The disk has failed, or a snapshot is not what it was: the process must end. */
  readonly onFatal: (error: unknown) => void;
}

/**
 * Opens a node's data folder, or makes it: it is locked against other processes, its incarnation is raised and on
 * disk, and all of it was checked, when this resolves. What is damaged is made anew from what is whole, or left to the leader to fill.
 * @throws {DataFolderError} if it cannot be used; nothing in it was deleted
 */
export async function openDataFolder(options: DataFolderOptions): Promise<DataFolder> {
  const path = resolve(options.path);
  let lock: FolderLock | null = null;
  try {
    await makeFolder(path);
    refuseOther(path, await contentOf(path));
    lock = FolderLock.take(path);
    const storageId = await describedStorage(path, options);
    const { clusterName, recentEntriesBytes = defaultRecentEntriesBytes } = options;
    const stores = await openStores({ path, storageId, clusterName, recentEntriesBytes });
    return new DataFolder({ ...options, path, recentEntriesBytes }, stores, lock);
  } catch (error) {
    lock?.release();
    throw asDataFolderError(path, error);
  }
}

/** The storage id in the folder's description, which is made first if the folder is empty. */
async function describedStorage(path: string, options: DataFolderOptions): Promise<string> {
  // Looked at again, now that no other process can be making it.
  const content = await contentOf(path);
  refuseOther(path, content);
  if (content === 'nothing' || content === 'begun') await createDataFolder(path, options, content);
  return await readDescription(path, options);
}

/** All that a node keeps: who it is, its groups' logs, and its state machines' tables. */
export class DataFolder {
  /** The folder, as an absolute path. */
  readonly path: string;
  readonly nodeId: NodeId;
  readonly clusterName: ClusterName;
  /** Names the disk: random, made with the folder. A voter is a node with its storage. */
  readonly storageId: string;
  /** How often the folder was opened, this time included. */
  readonly incarnation: number;
  /** Whether the state was deleted when the folder was opened, because the machine had stopped without closing it. */
  readonly stateDiscarded: boolean;
  /** What was found to be damaged when the folder was opened, and what became of it: for people. */
  readonly findings: readonly string[];
  readonly #stores: FolderStores;
  readonly #lock: FolderLock;
  readonly #recentEntriesBytes: number;
  readonly #openLogs = new Set<GroupId>();
  #scrub: Scrub | null = null;
  #formationRecord: FormationRecord | null;
  #accepting: { readonly record: FormationRecord; readonly saved: Promise<void> } | null = null;
  #closed: Promise<void> | null = null;

  /** For `openDataFolder`. */
  constructor(options: Required<DataFolderOptions>, stores: FolderStores, lock: FolderLock) {
    const { identity, formation } = stores.essentials;
    this.path = options.path;
    this.nodeId = options.nodeId;
    this.clusterName = options.clusterName;
    this.storageId = identity.storageId;
    this.incarnation = identity.incarnation;
    this.stateDiscarded = stores.state.discarded !== null;
    this.findings = stores.findings;
    this.#formationRecord = formation;
    this.#stores = stores;
    this.#lock = lock;
    this.#recentEntriesBytes = options.recentEntriesBytes;
  }

  /** How the cluster was formed, once that is on disk; null in a node that belongs to none yet. */
  get formationRecord(): FormationRecord | null {
    return this.#formationRecord;
  }

  /**
   * Accepts the record of the cluster that this node belongs to, once and for ever; resolves when it is on disk. The same
   * record again is fine.
   * @throws {AlreadyFormed} if another one was accepted, or is being accepted
   * @throws {DataFolderError} `DataFolderOfAnotherCluster` if it is of a cluster of another name
   * @throws {ZodError} if it is no formation record
   */
  async acceptFormation(record: FormationRecord): Promise<void> {
    const accepted = formationRecordSchema.parse(record);
    if (accepted.clusterName !== this.clusterName) {
      const found = `is of cluster ${this.clusterName}, not of ${accepted.clusterName}`;
      throw new DataFolderError('DataFolderOfAnotherCluster', this.path, found);
    }
    this.#accepting ??= { record: this.#formationRecord ?? accepted, saved: this.#save(accepted) };
    if (canonicalText(this.#accepting.record) !== canonicalText(accepted)) {
      throw new AlreadyFormed(this.#accepting.record, accepted);
    }
    await this.#accepting.saved;
  }

  /**
   * A group's log, checked when the folder was opened. The flushes of several groups that begin in one turn share a commit.
   * @throws {Error} if the group's log is open already, or the folder closed
   */
  openLog(group: GroupId): LmdbLogStorage {
    this.#checkOpen();
    if (this.#openLogs.has(group)) throw new Error(`the log of group ${group} is open already`);
    this.#openLogs.add(group);
    const { logs, log } = this.#stores;
    return logs.get(group) ?? new LmdbLogStorage(log, group, this.#recentEntriesBytes);
  }

  /** Opens the tables of a group's state machine. @throws {CorruptRecord} if its progress does not pass its check */
  openTables(group: GroupId): LmdbTables {
    this.#checkOpen();
    return new LmdbTables(this.#stores.state, group);
  }

  /** Opens the snapshots of a group. They must be closed before the folder is. */
  openSnapshots({ group, clusterId, ...options }: SnapshotFilesOptions): LmdbSnapshotFiles {
    this.#checkOpen();
    const owner = { clusterName: this.clusterName, clusterId, group };
    const path = join(this.path, snapshotsFolder, group);
    return new LmdbSnapshotFiles({ ...options, path, root: this.path, owner });
  }

  /** Begins to read all of the folder over and over, and to check it, until it is closed. @throws {Error} if that has begun */
  startScrub(options: ScrubOptions): void {
    this.#checkOpen();
    if (this.#scrub !== null) throw new Error('the scrub has begun');
    this.#scrub = new Scrub(this.path, this.#stores, options);
  }

  /** Makes the tables of all groups durable, as they must be before the log that led to them is compacted. */
  async flushState(): Promise<void> {
    await this.#stores.state.flush();
  }

  /** Flushes the state, closes the folder and frees its lock; what is staged in a log and not flushed is lost, as in a crash. Again does nothing. @throws {Error} if the state could not be flushed; all is closed even so */
  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  #checkOpen(): void {
    if (this.#closed !== null) throw new Error(`data folder ${this.path} is closed`);
  }

  async #save(record: FormationRecord): Promise<void> {
    if (this.#formationRecord !== null) return;
    await saveFormation(this.#stores.log, record);
    this.#formationRecord = record;
  }

  async #close(): Promise<void> {
    const { log, secondCopy, state } = this.#stores;
    try {
      await this.#scrub?.stop();
      await log.close();
      await secondCopy.close();
      await state.close();
    } finally {
      this.#lock.release();
    }
  }
}
