import { rename, rm } from 'node:fs/promises';
import type { SnapshotRecord } from '@quorate/raft';
import { flushFolder } from '../durable-file.ts';
import { rewriteSnapshot, type SnapshotRewriting } from './rewrite-snapshot.ts';
import type { SnapshotFolder } from './snapshot-folder.ts';

/** Which snapshot file is to be a group's. */
export interface SnapshotInstallation extends Omit<SnapshotRewriting, 'target'> {
  readonly folder: SnapshotFolder;
  /** Asked between steps; throws to stop it. */
  readonly go: () => void;
}

/** Makes another cluster's snapshot one of this group's files, flushed and with its name; the log is to have a record of it. @throws {CorruptRecord} naming the source; nothing is left */
export async function installSnapshotFile({ folder, go, ...rewriting }: SnapshotInstallation): Promise<SnapshotRecord> {
  const target = folder.draftPath;
  // Left behind by an attempt that ended before this node was a member.
  for (const id of folder.whole.keys()) await rm(folder.wholePath(id), { force: true });
  try {
    const record = await rewriteSnapshot({ ...rewriting, target }, go);
    await rename(target, folder.wholePath(record.id));
    await flushFolder(folder.path);
    return record;
  } catch (error) {
    await rm(target, { force: true });
    throw error;
  }
}
