/// <reference path="./fs-native-extensions.d.ts" />
import { closeSync, ftruncateSync, openSync, readFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { tryLock } from 'fs-native-extensions';
import { DataFolderError } from './data-folder-error.ts';

/** The name of the lock file within a data folder. */
export const lockFile = 'lock';

/**
 * Keeps other processes out of a data folder. The kernel holds the lock and frees it when the process ends, however it
 * ends; the file stays behind and means nothing by itself. The pid in it is for people.
 */
export class FolderLock {
  // A plain descriptor: a FileHandle would be closed, and the lock lost, when it is collected.
  #fd: number | null;

  private constructor(fd: number) {
    this.#fd = fd;
  }

  /** @throws {DataFolderError} `DataFolderInUse` if another process, or another lock of this one, holds it */
  static take(folder: string): FolderLock {
    const path = join(folder, lockFile);
    const fd = openSync(path, 'a+');
    try {
      if (!tryLock(fd)) throw inUse(folder, readFileSync(path, 'utf8'));
      ftruncateSync(fd);
      writeSync(fd, `${process.pid}\n`);
      return new FolderLock(fd);
    } catch (error) {
      closeSync(fd);
      throw error;
    }
  }

  /** Frees the lock. Again does nothing. */
  release(): void {
    if (this.#fd === null) return;
    ftruncateSync(this.#fd);
    closeSync(this.#fd);
    this.#fd = null;
  }
}

function inUse(folder: string, holder: string): DataFolderError {
  const pid = /^\d+$/.test(holder.trim()) ? `process ${holder.trim()}` : 'another process';
  return new DataFolderError('DataFolderInUse', folder, `is in use by ${pid}`);
}
