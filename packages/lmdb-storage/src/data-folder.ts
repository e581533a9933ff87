import { join, resolve } from 'node:path';
import type { ClusterName, GroupId, NodeId } from '@quorate/actor';
import {
  CorruptRecord,
  configurationOf,
  type FormationRecord,
  type Logger,
  type Term,
  term,
  UnknownFormatVersion,
} from '@quorate/raft';
import { canonicalText, clusterIdOf } from '@quorate/wire';
import { asDataFolderError, DataFolderError } from './data-folder-error.ts';
import { saveFormation } from './essential-records.ts';
import type { Essentials } from './essentials.ts';
import { contentOf, createDataFolder, makeFolder, refuseOther } from './folder-creation.ts';
import { readDescription } from './folder-description.ts';
import { snapshotsFolder, stagedFolder } from './folder-layout.ts';
import { FolderLock } from './folder-lock.ts';
import { type FolderStores, openStores } from './folder-stores.ts';
import { AlreadyFormed, formationRecordSchema, SnapshotNotStaged } from './formation-record.ts';
import { defaultRecentEntriesBytes, LmdbLogStorage } from './lmdb-log-storage.ts';
import { LmdbTables } from './lmdb-tables.ts';
import type { LogCommit } from './log-environment.ts';
import { Scrub, type ScrubOptions } from './scrub.ts';
import type { SnapshotAnswer } from './snapshot-files/answer.ts';
import { installSnapshotFile } from './snapshot-files/install-snapshot-file.ts';
import { LmdbSnapshotFiles } from './snapshot-files/lmdb-snapshot-files.ts';
import { SnapshotFolder } from './snapshot-files/snapshot-folder.ts';
import { StagedSnapshots } from './staged-snapshots.ts';
import type { DiscardedState } from './state-environment.ts';
import { StoredLog } from './stored-log.ts';

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
    const staged = new StagedSnapshots(join(path, stagedFolder));
    // What the process left behind that became a member.
    if (stores.essentials.formation !== null) staged.clearSync();
    return new DataFolder({ ...options, path, recentEntriesBytes }, stores, lock, staged);
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

/** What beside the record of formation makes a node a member, and what of that has a second copy. */
interface Installation {
  readonly write: (commit: LogCommit) => void;
  readonly change: Partial<Essentials>;
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
  /** Why the state was deleted when the folder was opened: the machine had stopped without closing it, or it was damaged, or not that of the other nodes. Null if it was not. */
  readonly stateDiscarded: DiscardedState['cause'] | null;
  /** What was found to be damaged when the folder was opened, and what became of it: for people. */
  readonly findings: readonly string[];
  /** What the node was given to be restored from, while it is in no cluster. */
  readonly staged: StagedSnapshots;
  readonly #stores: FolderStores;
  readonly #lock: FolderLock;
  readonly #recentEntriesBytes: number;
  readonly #openLogs = new Map<GroupId, LmdbLogStorage>();
  #scrub: Scrub | null = null;
  #formationRecord: FormationRecord | null;
  #accepting: { readonly record: FormationRecord; readonly saved: Promise<void> } | null = null;
  #closed: Promise<void> | null = null;

  /** For `openDataFolder`. */
  constructor(options: Required<DataFolderOptions>, stores: FolderStores, lock: FolderLock, staged: StagedSnapshots) {
    const { identity, formation } = stores.essentials;
    this.path = options.path;
    this.nodeId = options.nodeId;
    this.clusterName = options.clusterName;
    this.storageId = identity.storageId;
    this.incarnation = identity.incarnation;
    this.stateDiscarded = stores.state.discarded?.cause ?? null;
    this.findings = stores.findings;
    this.#formationRecord = formation;
    this.#stores = stores;
    this.staged = staged;
    this.#lock = lock;
    this.#recentEntriesBytes = options.recentEntriesBytes;
  }

  /** How the cluster was formed, once that is on disk; null in a node that belongs to none yet. */
  get formationRecord(): FormationRecord | null {
    return this.#formationRecord;
  }

  /**
   * Accepts the record of the cluster that this node belongs to, once and for ever; resolves when it is on disk. The same
   * record again is fine. If the cluster was restored from a snapshot, and this node is one of its first voters, the same commit makes
   * that snapshot, which must be staged, the beginning of the log of `group`.
   * @throws {AlreadyFormed} if another one was accepted, or is being accepted
   * @throws {SnapshotNotStaged} if the snapshot is not there; nothing was changed
   * @throws {CorruptRecord} if it is damaged: it is thrown away, and nothing else was changed
   * @throws {DataFolderError} `DataFolderOfAnotherCluster` if it is of a cluster of another name
   * @throws {ZodError} if it is no formation record
   */
  async acceptFormation(record: FormationRecord, group?: GroupId): Promise<void> {
    const accepted = formationRecordSchema.parse(record);
    if (accepted.clusterName !== this.clusterName) {
      const found = `is of cluster ${this.clusterName}, not of ${accepted.clusterName}`;
      throw new DataFolderError('DataFolderOfAnotherCluster', this.path, found);
    }
    this.#accepting ??= { record: this.#formationRecord ?? accepted, saved: this.#save(accepted, group) };
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
    const { logs, log } = this.#stores;
    const opened = logs.get(group) ?? new LmdbLogStorage(log, group, this.#recentEntriesBytes);
    this.#openLogs.set(group, opened);
    return opened;
  }

  /** The term that a group is in on this node, on disk or staged; 0 before its first. */
  currentTerm(group: GroupId): Term {
    const log = this.#openLogs.get(group) ?? this.#stores.logs.get(group);
    return log?.hardState.currentTerm ?? term(0);
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
    // What it would find is known, and the folder is opened anew when it is mended.
    if ([...this.#stores.logs.values()].some(({ holes }) => holes.length > 0)) return;
    this.#scrub = new Scrub(this.path, this.#stores, options);
  }

  /** The state is not that of the other nodes. Makes sure, before this returns, that it is deleted when the folder is next opened, and built anew from snapshot and log. */
  markStateParted(): void {
    this.#checkOpen();
    this.#stores.state.markParted();
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

  async #save(record: FormationRecord, group: GroupId | undefined): Promise<void> {
    if (this.#formationRecord !== null) return;
    const { write, change } = await this.#installation(record, group).catch((error: unknown) => {
      // Nothing was saved: this record, or another one, may come again.
      this.#accepting = null;
      throw error;
    });
    await saveFormation(this.#stores.log, record, write, change);
    this.#formationRecord = record;
    await this.staged.clear().catch(() => {});
  }

  /** What beside the record belongs into the commit that makes this node a member. */
  async #installation(record: FormationRecord, group: GroupId | undefined): Promise<Installation> {
    const { snapshotChecksum: checksum } = record;
    const isVoter = record.voters.some(({ id, storageId }) => id === this.nodeId && storageId === this.storageId);
    if (checksum === null || !isVoter) return { write: () => {}, change: {} };
    const source = this.staged.wholePath(checksum);
    if (source === null || group === undefined) throw new SnapshotNotStaged(record);
    const snapshot = await installSnapshotFile({
      source,
      checksum,
      folder: new SnapshotFolder(join(this.path, snapshotsFolder, group), this.path),
      owner: { clusterName: this.clusterName, clusterId: clusterIdOf(record), group },
      configuration: configurationOf(record.voters),
      go: () => this.#checkOpen(),
    }).catch(async (error: unknown) => {
      if (error instanceof CorruptRecord || error instanceof UnknownFormatVersion) await this.staged.clear();
      throw error;
    });
    const hardState = { currentTerm: snapshot.term, votedFor: null };
    const head = { hardState, base: snapshot, snapshot };
    const log = new StoredLog(this.#stores.log, group);
    return { write: (commit) => log.putHead(commit, head), change: { hardStates: new Map([[group, hardState]]) } };
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
