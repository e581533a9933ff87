import { type FileHandle, open } from 'node:fs/promises';
import type { Pace } from './pace.ts';

/** After so many bytes the file is flushed: one large flush at the end would hold up those of the log. */
const flushEveryBytes = 4 * 1024 * 1024;

/** A new file that is written a little at a time: each piece waits for the one before. */
export class PacedFile {
  readonly #file: FileHandle;
  readonly #pace: Pace;
  readonly #go: () => void;
  #unflushedBytes = 0;

  private constructor(file: FileHandle, pace: Pace, go: () => void) {
    this.#file = file;
    this.#pace = pace;
    this.#go = go;
  }

  /** Makes the file anew. `go` is asked after each piece, and throws to stop it. */
  static async open(path: string, pace: Pace, go: () => void): Promise<PacedFile> {
    return new PacedFile(await open(path, 'w'), pace, go);
  }

  /** Adds a piece. What `go` throws comes from here. */
  async write(piece: Uint8Array): Promise<void> {
    await this.#file.writeFile(piece);
    this.#unflushedBytes += piece.length;
    if (this.#unflushedBytes >= flushEveryBytes) {
      await this.#file.datasync();
      this.#unflushedBytes = 0;
    }
    this.#go();
    this.#pace.restart();
  }

  /** Resolves when all that was written is on the disk. */
  async sync(): Promise<void> {
    await this.#file.sync();
  }

  /** Closes it, as it is. */
  async close(): Promise<void> {
    await this.#file.close();
  }
}
