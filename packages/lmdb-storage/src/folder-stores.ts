import { join } from 'node:path';
import type { ClusterName, GroupId } from '@quorate/actor';
import { CorruptRecord } from '@quorate/raft';
import { clusterIdOf } from '@quorate/wire';
import { readBootId } from './boot-id.ts';
import { DataFolderError } from './data-folder-error.ts';
import { probeRoom } from './durable-file.ts';
import { loadEssentials, saveEssentials } from './essential-records.ts';
import { type Essentials, newerOf } from './essentials.ts';
import { logFolder, snapshotsFolder, stateFolder } from './folder-layout.ts';
import { examineDataFile } from './lmdb-file/examine-data-file.ts';
import { LmdbLogStorage } from './lmdb-log-storage.ts';
import { LmdbTables } from './lmdb-tables.ts';
import { damagesTable, LogEnvironment } from './log-environment.ts';
import { damagedFolder, finishReplacement, removeDamagedLog, replaceLog } from './log-replacement.ts';
import { SecondCopy, secondCopyFile } from './second-copy.ts';
import { restoreSnapshot } from './snapshot-files/restore-snapshot.ts';
import { SnapshotFolder } from './snapshot-files/snapshot-folder.ts';
import { StateEnvironment } from './state-environment.ts';
import { isDamage } from './storage-damage.ts';

/** A log that cannot be kept is replaced; one that was just made and is damaged again, so often at most. */
const maxReplacements = 2;

/** More than the first commits of an opening write. */
const openingBytes = 64 * 1024;

/** Whose stores they are. */
export interface StoresOptions {
  /** The data folder. */
  readonly path: string;
  readonly storageId: string;
  readonly clusterName: ClusterName;
  readonly recentEntriesBytes: number;
}

/** What is open of a data folder: each of its parts was checked. */
export interface FolderStores {
  readonly essentials: Essentials;
  readonly log: LogEnvironment;
  readonly secondCopy: SecondCopy;
  readonly state: StateEnvironment;
  /** By group, every log that has anything. */
  readonly logs: ReadonlyMap<GroupId, LmdbLogStorage>;
  /** What was found to be damaged, and what became of it: for people. */
  readonly findings: readonly string[];
}

/**
 * Opens all that a data folder keeps, with the incarnation raised. What is damaged is made anew from what is whole; a log that cannot be
 * is set aside, and begins empty, marked as damaged: then only the leader can fill it.
 * @throws {DataFolderError} `HardStateLost` if both copies of the votes are damaged
 */
export async function openStores(options: StoresOptions): Promise<FolderStores> {
  const findings: string[] = [];
  await finishReplacement(options.path);
  for (let replacements = 0; ; replacements += 1) {
    const opening = new StoresOpening(options, findings);
    try {
      return await opening.run();
    } catch (error) {
      await opening.close();
      if (!isDamage(error) || replacements === maxReplacements) throw error;
      const damage = error instanceof Error ? error.message : String(error);
      await replaceLog(options.path, `${damage} (found ${new Date().toISOString()})`, opening.essentialsAfter(damage));
      findings.push(`${damage}; the log was set aside in ${damagedFolder}, and begins empty`);
    }
  }
}

/** One attempt to open the stores. */
class StoresOpening {
  readonly #options: StoresOptions;
  readonly #findings: string[];
  readonly #closing: (() => Promise<void>)[] = [];
  #essentials: Essentials | null = null;
  #copyDamage: string | null = null;

  constructor(options: StoresOptions, findings: string[]) {
    this.#options = options;
    this.#findings = findings;
  }

  /** @throws {CorruptRecord} if the log has to be replaced; LMDB's errors */
  async run(): Promise<FolderStores> {
    const { path, recentEntriesBytes } = this.#options;
    const copied = await this.#readSecondCopy();
    const { log, secondCopy, essentials } = await this.#openLog(copied);
    const logs = new Map<GroupId, LmdbLogStorage>();
    const repaired = (): void => void forgetDamage(path, logs);
    for (const group of essentials.hardStates.keys()) {
      logs.set(group, new LmdbLogStorage(log, group, recentEntriesBytes, repaired));
    }
    const state = await StateEnvironment.open(join(path, stateFolder), await readBootId());
    this.#closing.push(() => state.close());
    if (state.discarded?.cause === 'damaged') {
      this.#findings.push(`the state is built anew from snapshot and log: ${state.discarded.reason}`);
    }
    for (const [group, one] of logs) await this.#checkGroup(group, one, state, essentials);
    for (const [group, { holes }] of logs) {
      const what = `${holes.length} records of the log of group ${group} do not pass their checks`;
      if (holes.length > 0)
        this.#findings.push(`${what}; all others stay, and these are fetched from the other members`);
    }
    await forgetDamage(path, logs);
    return { essentials, log, secondCopy, state, logs, findings: this.#findings };
  }

  /** Closes whatever was opened. */
  async close(): Promise<void> {
    for (const close of this.#closing.reverse()) await close();
  }

  /** What must survive the log. @throws {DataFolderError} `HardStateLost` if nobody knows it */
  essentialsAfter(damage: string): Essentials {
    if (this.#essentials !== null) return this.#essentials;
    const what = `has lost its votes: ${damage}; and of its ${secondCopyFile}, ${this.#copyDamage}`;
    const remedy =
      'Voting again could elect two leaders, so this storage is spent: start this machine under a new id with an empty folder, and replace the old one (quorate members replace OLD NEW)';
    throw new DataFolderError('HardStateLost', this.#options.path, `${what}. ${remedy}`);
  }

  async #readSecondCopy(): Promise<Essentials | null> {
    const { path, storageId } = this.#options;
    const { essentials, damage } = await SecondCopy.read(path);
    this.#copyDamage = damage;
    if (essentials !== null && essentials.identity.storageId !== storageId) {
      throw new DataFolderError('DataFolderDamaged', path, `is damaged: its ${secondCopyFile} is of another storage`);
    }
    this.#essentials = essentials;
    return essentials;
  }

  async #openLog(
    copied: Essentials | null,
  ): Promise<{ readonly log: LogEnvironment; readonly secondCopy: SecondCopy; readonly essentials: Essentials }> {
    const { path, storageId } = this.#options;
    const folder = join(path, logFolder);
    const tables = await examineDataFile(folder);
    // Where there is no room LMDB fails too, but writes lines of its own to standard error.
    await probeRoom(folder, openingBytes);
    const log = new LogEnvironment(folder);
    this.#closing.push(() => log.close());
    const stored = loadEssentials(log);
    if (stored.identity.storageId !== storageId) {
      throw new DataFolderError(
        'DataFolderDamaged',
        path,
        `is damaged: its log is of storage ${stored.identity.storageId}`,
      );
    }
    const known = copied === null ? stored : newerOf(stored, copied);
    this.#essentials = known;
    // An older build made folders without it.
    const isNew = copied === null && !tables.has(damagesTable);
    if (this.#copyDamage !== null && !isNew) {
      this.#findings.push(`of the ${secondCopyFile} of votes and identity, ${this.#copyDamage}; it was written again`);
    }
    const essentials = { ...known, identity: { storageId, incarnation: known.identity.incarnation + 1 } };
    const secondCopy = await SecondCopy.open(path, essentials);
    this.#closing.push(() => secondCopy.close());
    log.secondCopy = secondCopy;
    await saveEssentials(log, essentials);
    return { log, secondCopy, essentials };
  }

  /** Log, state and snapshot of a group fit together, or the log is at fault: the state is never ahead of what is on disk. */
  async #checkGroup(
    group: GroupId,
    log: LmdbLogStorage,
    state: StateEnvironment,
    essentials: Essentials,
  ): Promise<void> {
    const { path, clusterName } = this.#options;
    const tables = new LmdbTables(state, group);
    const { lastApplied, lastAppliedTerm } = tables.progress;
    const { lastIndex } = log;
    const termThere = log.termAt(lastApplied);
    if (lastApplied > lastIndex || (termThere !== null && termThere !== lastAppliedTerm)) {
      const found = `it ends at ${lastIndex}, and ${lastApplied} of term ${lastAppliedTerm} was applied`;
      throw new CorruptRecord(`the log of group ${group}`, found);
    }
    if (essentials.formation === null) return;
    const owner = { clusterName, clusterId: clusterIdOf(essentials.formation), group };
    const folder = new SnapshotFolder(join(path, snapshotsFolder, group), path);
    const found = await restoreSnapshot({ log, tables, folder, owner });
    if (found !== null) this.#findings.push(found);
  }
}

/** What was set aside goes when no log is being repaired any more. */
async function forgetDamage(path: string, logs: ReadonlyMap<GroupId, LmdbLogStorage>): Promise<void> {
  if ([...logs.values()].some(({ damage }) => damage !== null)) return;
  // If that fails it is tried again at the next start.
  await removeDamagedLog(path).catch(() => {});
}
