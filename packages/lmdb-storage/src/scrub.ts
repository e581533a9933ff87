import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as after } from 'node:timers/promises';
import { crc32 } from 'node:zlib';
import { CorruptRecord, type Logger } from '@quorate/raft';
import { unseal } from './checked-record.ts';
import { logFolder, snapshotsFolder, stateFolder } from './folder-layout.ts';
import type { FolderStores } from './folder-stores.ts';
import { dataFile } from './lmdb-file/examine-data-file.ts';
import { beginningOfFile, type CheckPlace, checkStretch } from './lmdb-file/stretch-check.ts';
import { SecondCopy, secondCopyFile } from './second-copy.ts';
import { CheckedSnapshot } from './snapshot-files/checked-snapshot.ts';
import { isDamage } from './storage-damage.ts';

/** How a folder is scrubbed. */
export interface ScrubOptions {
  readonly bytesPerSecond: number;
  /** From the beginning of one round to that of the next, at least; 5,000 unless given. */
  readonly roundMs?: number;
  readonly logger: Logger;
  /** Told once, of the first damage that this process cannot mend by itself; a damaged state is marked by then. */
  readonly onDamage: (error: CorruptRecord) => void;
}

/** The event loop waits for a step no longer than about so long, and a step reads no more than so much. */
const stepMs = 1;
const stepBytes = 64 * 1024;

/** What is written in the moment in which it is read may look damaged: so often it is looked at. */
const looks = 4;

/**
 * Reads all that a data folder keeps, over and over, slowly, and checks it: damage is found while the others still
 * have what is damaged here. It reads the files themselves, for LMDB answers a damaged page with the end of the process.
 */
export class Scrub {
  readonly #path: string;
  readonly #stores: FolderStores;
  readonly #options: ScrubOptions;
  readonly #stopping = new AbortController();
  readonly #ended: Promise<void>;
  /** Why the last round was not finished, as it was logged. */
  #failure: string | null = null;

  /** Begins at once. */
  constructor(path: string, stores: FolderStores, options: ScrubOptions) {
    this.#path = path;
    this.#stores = stores;
    this.#options = options;
    this.#ended = this.#run();
  }

  /** Resolves when it reads nothing any more. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#ended;
  }

  async #run(): Promise<void> {
    const { onDamage, roundMs = 5_000 } = this.#options;
    while (!this.#stopping.signal.aborted) {
      const beganAtMs = performance.now();
      try {
        await this.#round();
        this.#failure = null;
      } catch (error) {
        if (this.#stopping.signal.aborted) return;
        if (isDamage(error)) return onDamage(corruptRecordOf(error));
        this.#tellFailed(String(error));
      }
      await this.#wait(Math.max(0, beganAtMs + roundMs - performance.now())).catch(() => {});
    }
  }

  /** Whatever keeps it from reading may be over by the next round, as a lack of descriptors is: the disk must not go unread for the rest of this process's life. */
  #tellFailed(error: string): void {
    if (error !== this.#failure)
      this.#options.logger.error('the scrub could not read the folder, and tries again', { error });
    this.#failure = error;
  }

  async #round(): Promise<void> {
    const { log, state } = this.#stores;
    await this.#checkSecondCopy();
    await this.#checkTables(logFolder, () => log.beginReading(), checkLogRecord);
    try {
      await this.#checkTables(stateFolder, () => state.beginReading(), checkStateRecord);
    } catch (error) {
      if (isDamage(error)) state.markDamaged();
      throw error;
    }
    await this.#checkSnapshots();
  }

  /** What is damaged here is in memory. */
  async #checkSecondCopy(): Promise<void> {
    const { secondCopy } = this.#stores;
    let damage: string | null = null;
    for (let look = 0; look < looks; look += 1) {
      ({ damage } = await SecondCopy.read(this.#path));
      if (damage === null) return;
      await this.#wait(100);
    }
    this.#options.logger.error('the second copy of votes and identity is damaged; it is written again', {
      file: secondCopyFile,
      damage,
    });
    await secondCopy.save({});
  }

  async #checkTables(folder: string, begin: () => { done(): void }, check: RecordCheck): Promise<void> {
    const path = join(this.#path, folder, dataFile);
    let place: CheckPlace | null = beginningOfFile;
    let failures = 0;
    while (place !== null) {
      const beganAtMs = performance.now();
      const reading = begin();
      let bytes = 0;
      try {
        const isEnough = (read: number): boolean => read >= stepBytes || performance.now() - beganAtMs > stepMs;
        const stretch = checkStretch(path, place, check, isEnough);
        ({ bytes, next: place } = stretch);
        failures = 0;
      } catch (error) {
        failures += 1;
        if (!isDamage(error) || failures === looks) throw error;
      } finally {
        reading.done();
      }
      await this.#pay(bytes);
    }
  }

  async #checkSnapshots(): Promise<void> {
    const folder = join(this.#path, snapshotsFolder);
    for (const group of await readdir(folder).catch(() => [])) {
      for (const name of await readdir(join(folder, group)).catch(() => [])) {
        if (name.endsWith('.snapshot')) await this.#checkSnapshot(join(folder, group), name);
      }
    }
  }

  async #checkSnapshot(folder: string, name: string): Promise<void> {
    try {
      await CheckedSnapshot.open(join(folder, name), name.slice(0, -'.snapshot'.length), (bytes) => this.#pay(bytes));
    } catch (error) {
      // One that was replaced is gone.
      if ((await readdir(folder)).includes(name)) throw error;
    }
  }

  /** Waits as long as those bytes may take. */
  async #pay(bytes: number): Promise<void> {
    await this.#wait((bytes / this.#options.bytesPerSecond) * 1_000);
  }

  async #wait(timeMs: number): Promise<void> {
    await after(timeMs, undefined, { ref: false, signal: this.#stopping.signal });
  }
}

/** A disk that cannot read a sector says so with an error of the system's. */
const corruptRecordOf = (error: unknown): CorruptRecord =>
  error instanceof CorruptRecord ? error : new CorruptRecord('the data folder', String(error));

type RecordCheck = Parameters<typeof checkStretch>[2];

/** The records of a log are sealed with their group, which their keys begin with; the identity is no group's. */
const checkLogRecord: RecordCheck = (table, bytes, keyAt, keyLength, valueAt, valueLength) => {
  const groupLength = table === 'entries' ? keyLength - 8 : keyLength;
  const seed = table === 'identity' ? 0 : crc32(bytes.subarray(keyAt, keyAt + groupLength));
  unseal(bytes.subarray(valueAt, valueAt + valueLength), seed, `the log, table ${table}`);
};

const checkStateRecord: RecordCheck = (table, bytes, keyAt, keyLength, valueAt, valueLength) => {
  const seed = crc32(bytes.subarray(keyAt, keyAt + keyLength));
  unseal(bytes.subarray(valueAt, valueAt + valueLength), seed, `the state, table ${table}`);
};
