import { mkdir, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { UsageError } from '../command-error.ts';

/** Makes a folder, and those above it that are missing. @throws {UsageError} if that is not possible */
export async function makeFolder(path: string): Promise<void> {
  try {
    await makeLevels(path);
  } catch (error) {
    throw new UsageError(`the folder ${path} cannot be made: ${codeOf(error)}`, { cause: error });
  }
}

/** One level at a time, for `recursive` goes round for ever below a folder such as /proc, which is there and takes no folder. */
async function makeLevels(path: string): Promise<void> {
  try {
    await mkdir(path);
  } catch (error) {
    const above = dirname(path);
    if (await isFolder(path)) return;
    if (codeOf(error) !== 'ENOENT' || (await isFolder(above))) throw error;
    await makeLevels(above);
    await makeLevels(path);
  }
}

const isFolder = (path: string): Promise<boolean> =>
  stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );

const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error ? String(error.code) : String(error);
