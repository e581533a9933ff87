import { statfs } from 'node:fs/promises';
import type { Logger } from '@quorate/raft';
import type { DiskStatus } from '@quorate/wire';

/** What a gauge is made from. */
export interface DiskGaugeOptions {
  /** A folder on the file system that is looked at. */
  readonly path: string;
  /** With less than this the space is low; 0 for never. */
  readonly minFreeBytes: number;
  readonly logger: Logger;
  /** Of the file system that `path` is on, for those who may not use what is kept for root. */
  readonly freeBytesOf?: (path: string) => Promise<number>;
}

/** The room on the file system of a node's data folder. Once it is low it stays so until a quarter more than the least is free, so that it does not flap. */
export class DiskGauge {
  readonly #options: DiskGaugeOptions;
  #space: DiskStatus | null = null;
  #failed = false;

  constructor(options: DiskGaugeOptions) {
    this.#options = options;
  }

  /** As it was at the last look; null if that failed, or there was none yet. */
  get space(): DiskStatus | null {
    return this.#space;
  }

  /** Looks at the file system, and logs when the space has become low, or enough again. */
  async look(): Promise<void> {
    const { path, logger, freeBytesOf = freeBytes } = this.#options;
    try {
      const wasLow = this.#space?.isLow === true;
      const space = this.#judge(await freeBytesOf(path), wasLow);
      this.#space = space;
      this.#failed = false;
      const fields = { freeBytes: space.freeBytes, neededBytes: space.neededBytes, data: path };
      if (space.isLow && !wasLow) logger.warn('disk space is low', fields);
      if (!space.isLow && wasLow) logger.info('disk space is enough again', fields);
    } catch (error) {
      if (!this.#failed) logger.warn('cannot tell how much disk space is free', { error: String(error), data: path });
      this.#failed = true;
    }
  }

  #judge(free: number, wasLow: boolean): DiskStatus {
    const { minFreeBytes } = this.#options;
    const neededBytes = neededWhile(wasLow, minFreeBytes);
    const isLow = free < neededBytes;
    return { freeBytes: free, neededBytes: neededWhile(isLow, minFreeBytes), isLow };
  }
}

const neededWhile = (isLow: boolean, minFreeBytes: number): number =>
  isLow ? minFreeBytes + Math.ceil(minFreeBytes / 4) : minFreeBytes;

async function freeBytes(path: string): Promise<number> {
  const { bavail, bsize } = await statfs(path);
  return bavail * bsize;
}
