import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { logFolder, snapshotsFolder, stateFolder } from './folder-layout.ts';

/** What the files of a data folder take, in bytes. */
export interface FolderSizes {
  readonly log: number;
  readonly state: number;
  readonly snapshots: number;
}

/** Adds up the files of a data folder. What goes away meanwhile counts for nothing. */
export async function folderSizes(path: string): Promise<FolderSizes> {
  const [log, state, snapshots] = await Promise.all([
    sizeOf(join(path, logFolder)),
    sizeOf(join(path, stateFolder)),
    sizeOf(join(path, snapshotsFolder)),
  ]);
  return { log, state, snapshots };
}

async function sizeOf(folder: string): Promise<number> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  const files = entries.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name));
  const sizes = await Promise.all(
    files.map((file) =>
      stat(file).then(
        ({ size }) => size,
        () => 0,
      ),
    ),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}
