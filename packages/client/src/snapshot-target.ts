import { randomBytes } from 'node:crypto';
import { type FileHandle, link, open, rename, rm, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { unusable } from './check-snapshot.ts';
import { InvalidRequest } from './errors.ts';

/** A file that appears when it is whole: until then what is written stands beside it, under another name. */
export class SnapshotTarget {
  /** Where what is written stands. */
  readonly draftPath: string;
  readonly #path: string;
  readonly #isReplaced: boolean;
  readonly #file: FileHandle;
  #isOpen = true;

  private constructor(path: string, draftPath: string, isReplaced: boolean, file: FileHandle) {
    this.#path = path;
    this.draftPath = draftPath;
    this.#isReplaced = isReplaced;
    this.#file = file;
  }

  /** Only the owner may read it: it holds all values. @throws {InvalidRequest} if the file exists, and is not to be replaced, or cannot be made */
  static async open(file: string, isReplaced: boolean): Promise<SnapshotTarget> {
    const path = resolve(file);
    const existing = await stat(path).catch(() => null);
    if (existing !== null && !existing.isFile())
      throw new InvalidRequest({ reason: `${file} is no file`, field: 'file' });
    if (existing !== null && !isReplaced) throw exists(file);
    const draftPath = `${path}.${randomBytes(4).toString('hex')}.part`;
    const handle = await open(draftPath, 'wx', 0o600).catch((error: unknown) => {
      throw unusable(file, 'written', error);
    });
    return new SnapshotTarget(path, draftPath, isReplaced, handle);
  }

  /** All that was written goes. */
  async clear(): Promise<void> {
    await this.#file.truncate(0);
  }

  async write(bytes: Uint8Array, offset: number): Promise<void> {
    for (let at = 0; at < bytes.length; ) {
      const { bytesWritten } = await this.#file.write(bytes, at, bytes.length - at, offset + at);
      at += bytesWritten;
    }
  }

  /** Makes what was written durable. */
  async flush(): Promise<void> {
    await this.#file.sync();
  }

  /** Gives it its name, durably. @throws {InvalidRequest} if a file has that name by now, and is not to be replaced */
  async complete(): Promise<void> {
    await this.#close();
    if (this.#isReplaced) await rename(this.draftPath, this.#path);
    else await this.#link();
    const folder = await open(dirname(this.#path), 'r');
    try {
      await folder.sync();
    } finally {
      await folder.close();
    }
  }

  /** Removes what is under the other name. */
  async discard(): Promise<void> {
    await this.#close();
    await rm(this.draftPath, { force: true });
  }

  /** Unlike a renamed file, a linked one replaces none. Not every file system has links. */
  async #link(): Promise<void> {
    try {
      await link(this.draftPath, this.#path);
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'EEXIST') throw exists(this.#path);
      await rename(this.draftPath, this.#path);
    }
  }

  async #close(): Promise<void> {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    await this.#file.close();
  }
}

const exists = (file: string): InvalidRequest =>
  new InvalidRequest({ reason: `${file} exists, and is not to be replaced (force)`, field: 'file' });
