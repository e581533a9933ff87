import { join, resolve } from 'node:path';
import type { ClusterName, GroupId, NodeId } from '@quorate/actor';
import type { FormationRecord, Logger } from '@quorate/raft';
import { readBootId } from './boot-id.ts';
import { asDataFolderError, DataFolderError } from './data-folder-error.ts';
import {
  contentOf,
  createDataFolder,
  logFolder,
  makeFolder,
  refuseOther,
  snapshotsFolder,
  stateFolder,
} from './folder-creation.ts';
import { readDescription } from './folder-description.ts';
import { FolderLock } from './folder-lock.ts';
import { AlreadyFormed, canonicalText, formationRecordSchema } from './formation-record.ts';
import { type Identity, loadFormation, loadIdentity, saveFormation, saveIdentity } from './identity.ts';
import { examineDataFile } from './lmdb-file/examine-data-file.ts';
import { defaultRecentEntriesBytes, LmdbLogStorage } from './lmdb-log-storage.ts';
import { LmdbTables } from './lmdb-tables.ts';
import { LogEnvironment } from './log-environment.ts';
import type { SnapshotAnswer } from './snapshot-files/answer.ts';
import { LmdbSnapshotFiles } from './snapshot-files/lmdb-snapshot-files.ts';
import { StateEnvironment } from './state-environment.ts';

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
 * Opens a node's data folder, or makes it: it is locked against other processes, and its incarnation is raised and on
 * disk, when this resolves.
 * @throws {DataFolderError} if it cannot be used; nothing in it was deleted
 */
export async function openDataFolder(options: DataFolderOptions): Promise<DataFolder> {
  const path = resolve(options.path);
  const closing: (() => Promise<void>)[] = [];
  try {
    await makeFolder(path);
    refuseOther(path, await contentOf(path));
    const lock = FolderLock.take(path);
    closing.push(async () => lock.release());
    const storageId = await describedStorage(path, options);

    await examineDataFile(join(path, logFolder));
    const log = new LogEnvironment(join(path, logFolder));
    closing.push(() => log.close());
    const identity = await nextIncarnation(path, log, storageId);
    const formationRecord = loadFormation(log);

    const state = await StateEnvironment.open(join(path, stateFolder), await readBootId());
    closing.push(() => state.close());
    return new DataFolder({ ...options, path }, { identity, formationRecord, log, state, lock });
  } catch (error) {
    for (const close of closing.reverse()) await close();
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

async function nextIncarnation(path: string, log: LogEnvironment, storageId: string): Promise<Identity> {
  const last = loadIdentity(log);
  if (last.storageId !== storageId) {
    throw new DataFolderError('DataFolderDamaged', path, `is damaged: its log is of storage ${last.storageId}`);
  }
  const next = { storageId, incarnation: last.incarnation + 1 };
  await saveIdentity(log, next);
  return next;
}

interface Parts {
  readonly identity: Identity;
  readonly formationRecord: FormationRecord | null;
  readonly log: LogEnvironment;
  readonly state: StateEnvironment;
  readonly lock: FolderLock;
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
  readonly #log: LogEnvironment;
  readonly #state: StateEnvironment;
  readonly #lock: FolderLock;
  readonly #recentEntriesBytes: number;
  readonly #openLogs = new Set<GroupId>();
  #formationRecord: FormationRecord | null;
  #accepting: { readonly record: FormationRecord; readonly saved: Promise<void> } | null = null;
  #closed: Promise<void> | null = null;

  /** For `openDataFolder`. */
  constructor(options: DataFolderOptions, { identity, formationRecord, log, state, lock }: Parts) {
    this.path = options.path;
    this.nodeId = options.nodeId;
    this.clusterName = options.clusterName;
    this.storageId = identity.storageId;
    this.incarnation = identity.incarnation;
    this.stateDiscarded = state.discarded;
    this.#formationRecord = formationRecord;
    this.#log = log;
    this.#state = state;
    this.#lock = lock;
    this.#recentEntriesBytes = options.recentEntriesBytes ?? defaultRecentEntriesBytes;
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
   * Opens a group's log and checks all of it; nothing is changed. The flushes of several groups that begin in one turn
   * share a commit.
   * @throws {CorruptRecord} if a record is missing or does not pass its check
   * @throws {Error} if the group's log is open already, or the folder closed
   */
  openLog(group: GroupId): LmdbLogStorage {
    this.#checkOpen();
    if (this.#openLogs.has(group)) throw new Error(`the log of group ${group} is open already`);
    const log = new LmdbLogStorage(this.#log, group, this.#recentEntriesBytes);
    this.#openLogs.add(group);
    return log;
  }

  /** Opens the tables of a group's state machine. @throws {CorruptRecord} if its progress does not pass its check */
  openTables(group: GroupId): LmdbTables {
    this.#checkOpen();
    return new LmdbTables(this.#state, group);
  }

  /** Opens the snapshots of a group. They must be closed before the folder is. */
  openSnapshots({ group, clusterId, ...options }: SnapshotFilesOptions): LmdbSnapshotFiles {
    this.#checkOpen();
    const owner = { clusterName: this.clusterName, clusterId, group };
    const path = join(this.path, snapshotsFolder, group);
    return new LmdbSnapshotFiles({ ...options, path, root: this.path, owner });
  }

  /** Makes the tables of all groups durable, as they must be before the log that led to them is compacted. */
  async flushState(): Promise<void> {
    await this.#state.flush();
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
    await saveFormation(this.#log, record);
    this.#formationRecord = record;
  }

  async #close(): Promise<void> {
    try {
      await this.#log.close();
      await this.#state.close();
    } finally {
      this.#lock.release();
    }
  }
}
