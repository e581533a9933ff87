import { open, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/** Makes the names in a folder durable: a file that was created, renamed or removed there stays so after a power loss. */
export async function flushFolder(path: string): Promise<void> {
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

/** Writes a file and flushes its content, but not its name. */
export async function writeFlushed(path: string, content: string): Promise<void> {
  const file = await open(path, 'w');
  try {
    await file.writeFile(content);
    await file.sync();
  } finally {
    await file.close();
  }
}

const probeFile = 'room';

/** Makes sure that a folder takes so many bytes more. @throws {Error} the system's, such as `ENOSPC` */
export async function probeRoom(folder: string, bytes: number): Promise<void> {
  const path = join(folder, probeFile);
  try {
    await writeFlushed(path, 'x'.repeat(bytes));
  } finally {
    await rm(path, { force: true });
  }
}

/** Puts `bytes` at the end of a file that has `size` bytes, or of a new one if that is 0, and flushes them. Where that fails the file is as it was. */
export async function appendFlushed(path: string, bytes: Uint8Array, size: number): Promise<void> {
  const file = await open(path, size === 0 ? 'w' : 'a');
  try {
    await file.writeFile(bytes);
    await file.datasync();
  } catch (error) {
    await file.truncate(size);
    throw error;
  } finally {
    await file.close();
  }
}

/** Gives `from` the name `to`, replacing what had it, durably: after a power loss there is the old file or the new one, whole. */
export async function renameFlushed(from: string, to: string): Promise<void> {
  await rename(from, to);
  await flushFolder(dirname(to));
}
