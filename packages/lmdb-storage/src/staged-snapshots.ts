import { readdirSync, rmSync, statSync } from 'node:fs';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { crc32 } from 'node:zlib';
import { CorruptRecord, UnknownFormatVersion } from '@quorate/raft';
import { isContentChecksum, readSnapshotFile, type SnapshotStageRequest, type StagedSnapshot } from '@quorate/wire';
import { flushFolder } from './durable-file.ts';

const wholeSuffix = '.snapshot';
const partSuffix = '.part';

/**
 * What a node that is in no cluster was given to be restored from: one snapshot file, named for its content, which comes in
 * stretches and has its name only when it is whole and verified. Another one takes its place.
 */
export class StagedSnapshots {
  readonly #path: string;
  #last: Promise<unknown> = Promise.resolve();

  /** `path` is a folder of its own, which is there while anything is in it. */
  constructor(path: string) {
    this.#path = path;
  }

  /** The whole, verified file with that content, or null. */
  wholePath(content: string): string | null {
    const path = this.#file(content, wholeSuffix);
    return isContentChecksum(content) && sizeOf(path) !== null ? path : null;
  }

  /**
   * Stores a stretch, flushed, if it follows what is there and its checksum is right, and says what is there then. With the last one
   * the whole is verified.
   * @throws {CorruptRecord} if all of it came and it is not that content: it is thrown away, as one of another version is {UnknownFormatVersion}
   */
  stage(request: SnapshotStageRequest): Promise<StagedSnapshot> {
    const done = this.#last.then(() => this.#stage(request));
    this.#last = done.catch(() => {});
    return done;
  }

  /** Removes what is staged. */
  async clear(): Promise<void> {
    const done = this.#last.then(() => rm(this.#path, { recursive: true, force: true }));
    this.#last = done.catch(() => {});
    await done;
  }

  /** The same, at once. */
  clearSync(): void {
    rmSync(this.#path, { recursive: true, force: true });
  }

  async #stage({ content, fileBytes, offset, bytes, checksum }: SnapshotStageRequest): Promise<StagedSnapshot> {
    if (this.wholePath(content) !== null) return { storedBytes: fileBytes, isWhole: true };
    await this.#makeRoom(content);
    const part = this.#file(content, partSuffix);
    let storedBytes = sizeOf(part) ?? 0;
    const follows = offset === storedBytes && bytes.length > 0 && offset + bytes.length <= fileBytes;
    if (follows && crc32(bytes) === checksum) {
      await this.#append(part, bytes, storedBytes);
      storedBytes += bytes.length;
    }
    if (storedBytes < fileBytes) return { storedBytes, isWhole: false };
    await this.#verify(part, content);
    return { storedBytes: fileBytes, isWhole: true };
  }

  /** Of anything but that content nothing stays. */
  async #makeRoom(content: string): Promise<void> {
    if ((await mkdir(this.#path, { recursive: true })) !== undefined) await flushFolder(dirname(this.#path));
    for (const name of readdirSync(this.#path)) {
      if (!name.startsWith(content)) await rm(join(this.#path, name), { force: true });
    }
  }

  /** What could not be written whole is cut off again: the next stretch is to follow what is known to be there. */
  async #append(part: string, bytes: Uint8Array, storedBytes: number): Promise<void> {
    const file = await open(part, 'a');
    try {
      await file.writeFile(bytes);
      await file.datasync();
    } catch (error) {
      await file.truncate(storedBytes);
      throw error;
    } finally {
      await file.close();
    }
  }

  async #verify(part: string, content: string): Promise<void> {
    try {
      const found = await readSnapshotFile(part);
      if (found.checksum !== content)
        throw new CorruptRecord('the snapshot', `its content is that of ${found.checksum}`);
    } catch (error) {
      if (error instanceof CorruptRecord || error instanceof UnknownFormatVersion) await rm(part, { force: true });
      throw error;
    }
    await rename(part, this.#file(content, wholeSuffix));
    await flushFolder(this.#path);
  }

  #file(content: string, suffix: string): string {
    return join(this.#path, `${content}${suffix}`);
  }
}

const sizeOf = (path: string): number | null => statSync(path, { throwIfNoEntry: false })?.size ?? null;
