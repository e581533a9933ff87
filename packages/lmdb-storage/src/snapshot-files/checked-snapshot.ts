import { type FileHandle, open } from 'node:fs/promises';
import { crc32 } from 'node:zlib';
import { CorruptRecord } from '@quorate/raft';
import { SnapshotParser } from '@quorate/wire';
import { Pace } from './pace.ts';
import { asSnapshotDamage, nameOfSnapshot } from './snapshot-damage.ts';

const blockBytes = 64 * 1024;

/** A snapshot file that was read to its end and checked against its id, and of which every later reading is checked too: what is damaged is given to nobody. */
export class CheckedSnapshot {
  readonly #path: string;
  /** The checksum of each block. */
  readonly #checksums: readonly number[];

  private constructor(path: string, checksums: readonly number[]) {
    this.#path = path;
    this.#checksums = checksums;
  }

  /** Reads all of the file, over many turns. `go` is told between steps how many bytes were read; it may wait, and throws to stop it. @throws {CorruptRecord} if it is missing, or not what its id says */
  static async open(path: string, id: string, go: (bytes: number) => void | Promise<void>): Promise<CheckedSnapshot> {
    return await withFile(path, async (file) => {
      const parser = new SnapshotParser(nameOfSnapshot(path));
      const pace = new Pace();
      const checksums: number[] = [];
      for (let at = 0; ; at += blockBytes) {
        const block = await read(file, at, blockBytes);
        if (block.length === 0) break;
        checksums.push(crc32(block));
        parser.push(block);
        await pace.pause();
        await go(block.length);
      }
      const found = parser.end();
      if (found !== id) throw new CorruptRecord(nameOfSnapshot(path), `its content is that of ${found}`);
      return new CheckedSnapshot(path, checksums);
    });
  }

  /** The bytes from `offset` to before `end`, which lies within the file. @throws {CorruptRecord} if they are not what they were */
  async read(offset: number, end: number): Promise<Uint8Array> {
    const first = Math.floor(offset / blockBytes);
    const last = Math.ceil(end / blockBytes);
    return await withFile(this.#path, async (file) => {
      const bytes = await read(file, first * blockBytes, (last - first) * blockBytes);
      for (let block = first; block < last; block += 1) {
        const at = (block - first) * blockBytes;
        if (crc32(bytes.subarray(at, at + blockBytes)) === this.#checksums[block]) continue;
        throw new CorruptRecord(nameOfSnapshot(this.#path), `it has changed at ${block * blockBytes}`);
      }
      return bytes.subarray(offset - first * blockBytes, end - first * blockBytes);
    });
  }
}

async function withFile<Result>(path: string, step: (file: FileHandle) => Promise<Result>): Promise<Result> {
  let file: FileHandle | null = null;
  try {
    file = await open(path, 'r');
    return await step(file);
  } catch (error) {
    throw asSnapshotDamage(error, path);
  } finally {
    await file?.close();
  }
}

async function read(file: FileHandle, position: number, length: number): Promise<Buffer> {
  const bytes = Buffer.allocUnsafe(length);
  const { bytesRead } = await file.read(bytes, 0, length, position);
  return bytes.subarray(0, bytesRead);
}
