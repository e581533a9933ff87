import { readFile, stat } from 'node:fs/promises';
import { UsageError } from './command-error.ts';

/** Reads a file that a command takes as its input. @throws {UsageError} if it cannot be read */
export async function readInputFile(path: string): Promise<Uint8Array> {
  try {
    return await readFile(path);
  } catch (error) {
    throw unreadable(path, error);
  }
}

/** Whether a command's input is a folder. @throws {UsageError} if there is nothing */
export async function isFolder(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory();
  } catch (error) {
    throw unreadable(path, error);
  }
}

function unreadable(path: string, error: unknown): UsageError {
  const reason = error instanceof Error && 'code' in error ? String(error.code) : String(error);
  return new UsageError(`${path} cannot be read: ${reason}`, { cause: error });
}
