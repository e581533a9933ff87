import { readFile } from 'node:fs/promises';
import { UsageError } from './command-error.ts';

/** Reads a file that a command takes as its input. @throws {UsageError} if it cannot be read */
export async function readInputFile(path: string): Promise<Uint8Array> {
  try {
    return await readFile(path);
  } catch (error) {
    const reason = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    throw new UsageError(`${path} cannot be read: ${reason}`, { cause: error });
  }
}
