import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Entry } from '@quorate/client';
import { CommandFailure, UsageError } from '../command-error.ts';
import { filePath } from './key-path.ts';

/**
 * Writes a file for each key under a prefix, with the value's bytes, into a folder that is empty or does not exist. All names are looked at before anything is written.
 * @throws {UsageError} if there is something in the folder, or it cannot be made
 * @throws {CommandFailure} if a key cannot be the name of a file
 */
export async function exportFolder(entries: readonly Entry[], prefix: string, folder: string): Promise<void> {
  const files = entries.map(({ key, value }) => ({ key, path: join(...filePath(prefix, key)), value }));
  const folders = new Set(files.flatMap(({ path }) => foldersOf(path)));
  const both = files.find(({ path }) => folders.has(path));
  if (both !== undefined) {
    throw new CommandFailure(`${JSON.stringify(both.key)} would be a file, and the folder of other keys`);
  }
  await makeEmpty(folder);
  for (const { path, value } of files) {
    await mkdir(join(folder, dirname(path)), { recursive: true });
    await writeFile(join(folder, path), value, { flag: 'wx' });
  }
}

function foldersOf(path: string): readonly string[] {
  const folder = dirname(path);
  return folder === '.' ? [] : [folder, ...foldersOf(folder)];
}

async function makeEmpty(folder: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true });
    if ((await readdir(folder)).length === 0) return;
  } catch (error) {
    const reason = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    throw new UsageError(`${folder} cannot be made: ${reason}`, { cause: error });
  }
  throw new UsageError(`there is something in ${folder} already; nothing was written`);
}
