import { randomBytes } from 'node:crypto';
import { mkdir, readdir, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { DataFolderError, systemCode } from './data-folder-error.ts';
import { flushFolder, renameFlushed, writeFlushed } from './durable-file.ts';
import { saveEssentials } from './essential-records.ts';
import { describe, descriptionFile, draftFile, type FolderOwner } from './folder-description.ts';
import { logFolder, stateFolder } from './folder-layout.ts';
import { lockFile } from './folder-lock.ts';
import { LogEnvironment } from './log-environment.ts';
import { SecondCopy, secondCopyFile } from './second-copy.ts';

/** What a folder holds. `begun`: it was being made when the process or the machine stopped. */
export type FolderContent = 'nothing' | 'begun' | 'data' | 'other';

const ours: ReadonlySet<string> = new Set([
  lockFile,
  draftFile,
  logFolder,
  stateFolder,
  secondCopyFile,
  `${secondCopyFile}.new`,
]);

/** Names that a folder may have and still be empty: a lock that nothing came after, and what mkfs puts into a new file system. */
const meaningless: ReadonlySet<string> = new Set([lockFile, 'lost+found']);

/** Looks at what a folder holds. */
export async function contentOf(folder: string): Promise<FolderContent> {
  const names = (await readdir(folder)).filter((name) => !meaningless.has(name));
  if (names.length === 0) return 'nothing';
  if (names.includes(descriptionFile)) return 'data';
  // Only the draft shows that what else is there was never used: without it, it may be a log whose description got lost.
  return names.includes(draftFile) && names.every((name) => ours.has(name)) ? 'begun' : 'other';
}

/** Makes a folder, and those above it, durably. Nothing happens to one that is there. @throws {DataFolderError} `DataFolderNotWritable` */
export async function makeFolder(path: string): Promise<void> {
  await makeLevels(path).catch((error: unknown) => {
    throw new DataFolderError('DataFolderNotWritable', path, `cannot be made: ${String(systemCode(error))}`, error);
  });
}

/**
 * One level at a time: Node.js's own `recursive` goes round for ever, and cannot be interrupted, where a folder cannot be made
 * although the one above it is there, as below /proc.
 */
async function makeLevels(path: string): Promise<void> {
  try {
    await makeOne(path);
  } catch (error) {
    if (systemCode(error) !== 'ENOENT') throw error;
    // If the one above is there by now, another has just made it. One below /proc was there all along, and this fails again.
    const above = dirname(path);
    if (!(await isFolder(above))) await makeLevels(above);
    await makeOne(path);
  }
}

async function makeOne(path: string): Promise<void> {
  try {
    await mkdir(path);
  } catch (error) {
    if (await isFolder(path)) return;
    throw error;
  }
  await flushFolder(dirname(path));
}

const isFolder = (path: string): Promise<boolean> =>
  stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );

/**
 * Makes an empty folder a data folder. The description gets its name last of all, when the log with its identity is
 * on disk; until then nothing was ever promised from this folder, and what an attempt left behind is removed.
 */
export async function createDataFolder(
  folder: string,
  owner: FolderOwner,
  content: 'nothing' | 'begun',
): Promise<void> {
  if (content === 'begun') await removeAttempt(folder);
  const storageId = randomBytes(16).toString('hex');
  await writeFlushed(join(folder, draftFile), describe(owner, storageId));
  await flushFolder(folder);
  const log = join(folder, logFolder);
  await makeFolder(log);
  const environment = new LogEnvironment(log);
  try {
    const essentials = {
      identity: { storageId, incarnation: 0 },
      formation: null,
      hardStates: new Map(),
      longestPromises: new Map(),
    };
    environment.secondCopy = await SecondCopy.open(folder, essentials);
    await saveEssentials(environment, essentials);
  } finally {
    await environment.close();
    await environment.secondCopy?.close();
  }
  await flushFolder(log);
  await renameFlushed(join(folder, draftFile), join(folder, descriptionFile));
}

/** The draft goes last, for it is what shows that the rest may go. */
async function removeAttempt(folder: string): Promise<void> {
  await rm(join(folder, logFolder), { recursive: true, force: true });
  await rm(join(folder, stateFolder), { recursive: true, force: true });
  await rm(join(folder, secondCopyFile), { force: true });
  await flushFolder(folder);
  await rm(join(folder, draftFile));
}

/** @throws {DataFolderError} `NotADataFolder` if the folder holds something else */
export function refuseOther(folder: string, content: FolderContent): void {
  if (content !== 'other') return;
  throw new DataFolderError('NotADataFolder', folder, `is not empty and has no ${descriptionFile}`);
}
