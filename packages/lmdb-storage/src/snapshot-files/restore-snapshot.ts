import { rmSync } from 'node:fs';
import { rename } from 'node:fs/promises';
import { CorruptRecord, type SnapshotRecord, timeAt } from '@quorate/raft';
import type { SnapshotOwner } from '@quorate/wire';
import { flushFolder } from '../durable-file.ts';
import type { LmdbLogStorage } from '../lmdb-log-storage.ts';
import type { LmdbTables } from '../lmdb-tables.ts';
import { checkSnapshotSync, isWholeSync } from './read-snapshot.ts';
import type { SnapshotFolder } from './snapshot-folder.ts';
import { writeSnapshot } from './write-snapshot.ts';

/** What of a group has to fit together. */
export interface GroupStores {
  readonly log: LmdbLogStorage;
  readonly tables: LmdbTables;
  readonly folder: SnapshotFolder;
  readonly owner: SnapshotOwner;
}

/**
 * Reads all of the snapshot that a log has a record of, before anything relies on it. One that is missing or damaged goes,
 * and what can be made without it is: the log does without, if it begins with the first entry; else the state, if it has come as far, is
 * written to a new one. Gives what was found, or null. Files that the log has no record of go if they are damaged: a transfer would go on with them.
 * @throws {CorruptRecord} if the snapshot is needed
 * @throws {UnknownFormatVersion} if a file is whole and of another version
 */
export async function restoreSnapshot({ log, tables, folder, owner }: GroupStores): Promise<string | null> {
  const { snapshot } = log;
  for (const id of folder.whole.keys()) {
    if (id !== snapshot?.id && !isWholeSync(folder.wholePath(id), id)) remove(folder, id);
  }
  if (snapshot === null) return null;
  const damage = damageOf(snapshot, folder, owner);
  if (damage === null) return null;
  remove(folder, snapshot.id);
  if (log.firstIndex === 1) {
    log.forgetSnapshot();
    await flushed(log);
    return `${damage.message}; the log does without it, for it has all entries`;
  }
  // What cannot be read may name other members.
  if (tables.progress.lastApplied < snapshot.index || log.holes.length > 0) throw damage;
  const record = await takeAgain({ log, tables, folder, owner }, snapshot);
  return `${damage.message}; ${record.id} was written in its place`;
}

function damageOf(record: SnapshotRecord, folder: SnapshotFolder, owner: SnapshotOwner): CorruptRecord | null {
  try {
    checkSnapshotSync({ path: folder.wholePath(record.id), record, owner });
    return null;
  } catch (error) {
    if (error instanceof CorruptRecord) return error;
    throw error;
  }
}

async function takeAgain({ log, tables, folder, owner }: GroupStores, before: SnapshotRecord): Promise<SnapshotRecord> {
  const { lastApplied: index, lastAppliedTerm: term, revision, stateHash } = tables.progress;
  const placed = log.configurations.findLast((one) => one.index <= index);
  const configuration = placed?.configuration ?? before.configuration;
  const time = timeAt(log, index);
  if (time === null) throw new CorruptRecord(`the log of group ${owner.group}`, `it has no entry ${index}`);
  const { timestampUs, logTimeMs } = time;
  const point = { index, term, timestampUs, logTimeMs, configuration };
  const reading = tables.reading();
  try {
    const header = { ...owner, ...point, revision, stateHash };
    const { id, bytes } = await writeSnapshot(folder.draftPath, header, reading, () => {});
    await rename(folder.draftPath, folder.wholePath(id));
    await flushFolder(folder.path);
    const record = { ...point, id, bytes };
    log.setSnapshot(record);
    await flushed(log);
    return record;
  } finally {
    reading.close();
  }
}

async function flushed(log: LmdbLogStorage): Promise<void> {
  const outcome = await new Promise<Parameters<Parameters<typeof log.flush>[0]>[0]>((resolve) => log.flush(resolve));
  if (outcome.kind === 'failed') throw outcome.error;
}

function remove(folder: SnapshotFolder, id: string): void {
  folder.whole.delete(id);
  rmSync(folder.wholePath(id), { force: true });
}
