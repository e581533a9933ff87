import { closeSync, existsSync, fsyncSync, openSync, renameSync, writeFileSync } from 'node:fs';
import { mkdir, readFile, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { crc32 } from 'node:zlib';
import { CorruptRecord } from '@quorate/raft';
import { open, type RootDatabase, type Transaction } from 'lmdb';
import { unseal } from './checked-record.ts';
import { systemCode } from './data-folder-error.ts';
import { flushFolder, renameFlushed, writeFlushed } from './durable-file.ts';
import { dataFile, type EntryVisitor, examineDataFile, readersFile } from './lmdb-file/examine-data-file.ts';
import type { BinaryTable } from './log-environment.ts';
import { asDamage, isDamage } from './storage-damage.ts';

const binary = { encoding: 'binary', keyEncoding: 'binary' } as const;

/** What LMDB's types leave out: flushing an environment whose commits are not flushed. */
interface Flushable {
  sync(done: (error: unknown) => void): void;
}

/** Stands in the folder while the environment is open, and after a crash: under which boot it was written. */
const bootFile = 'boot-id';

/** Written where the system does not tell one boot from another. */
const noBoot = 'none';

/** Written when the environment is damaged. */
const damagedMark = 'damaged';

/** Written when the state is not that of the other nodes. */
const partedMark = 'parted';

/** Why an environment was deleted. */
export interface DiscardedState {
  readonly cause: 'notClosed' | 'damaged' | 'parted';
  readonly reason: string;
}

/**
 * The LMDB environment of the state machines. Commits are not flushed: what a power loss takes is applied again from
 * the log. But it may leave a damaged file and not merely an old one, so an environment that was not closed cleanly and
 * was written under another boot is deleted when it is opened.
 */
export class StateEnvironment {
  readonly #folder: string;
  readonly #root: RootDatabase<Buffer, Buffer> & Flushable;
  /** The rows of all tables of all groups. */
  readonly rows: BinaryTable;
  /** How far each group has come. */
  readonly progress: BinaryTable;
  /** Why an environment was deleted when this one was opened, or null. */
  readonly discarded: DiscardedState | null;
  /** Whether it is to be deleted when it is next opened. */
  #isMarked = false;

  private constructor(folder: string, discarded: DiscardedState | null) {
    this.#folder = folder;
    this.discarded = discarded;
    const root: RootDatabase<Buffer, Buffer> = open({ path: folder, noSubdir: false, noSync: true, ...binary });
    this.#root = root as RootDatabase<Buffer, Buffer> & Flushable;
    this.rows = this.#root.openDB({ name: 'rows', ...binary });
    this.progress = this.#root.openDB({ name: 'progress', ...binary });
  }

  /** Opens the environment in `folder`, or makes one there. `bootId` names this run of the operating system; null if it has no name. */
  static async open(folder: string, bootId: string | null): Promise<StateEnvironment> {
    if ((await mkdir(folder, { recursive: true })) !== undefined) await flushFolder(dirname(folder));
    const defect = await defectOf(folder, bootId);
    if (defect !== null) await discard(folder);
    await writeBoot(folder, bootId ?? noBoot);
    return new StateEnvironment(folder, defect);
  }

  /** Runs `step` in one transaction, which is rolled back if it throws. Transactions do not nest. */
  transaction<Result>(step: () => Result): Result {
    // Boxed, because LMDB gives a meaning of its own to some results.
    return this.guard(() => this.#root.transactionSync(() => ({ result: step() })).result);
  }

  /** A view of all as it was last committed, for as long as it is not `done`. */
  beginReading(): Transaction {
    // What was read earlier in this turn may be from before the last commit.
    this.#root.resetReadTxn();
    return this.#root.useReadTransaction();
  }

  /** Makes all that was committed durable. @throws {Error} LMDB's; the environment is then deleted when it is next opened */
  async flush(): Promise<void> {
    const error = await new Promise<unknown>((resolve) => this.#root.sync(resolve));
    if (error === undefined || error === null) return;
    this.markDamaged();
    throw error;
  }

  /**
   * Runs a step that reads or writes. If it finds damage, the environment is marked before anyone hears of that.
   * @throws {CorruptRecord} also for LMDB's errors that say so
   */
  guard<Result>(step: () => Result): Result {
    try {
      return step();
    } catch (failure) {
      const error = asDamage(failure, 'the state');
      if (error instanceof CorruptRecord) this.markDamaged();
      throw error;
    }
  }

  /** Makes sure, before this returns, that the environment is deleted when it is next opened. */
  markDamaged(): void {
    this.#mark(damagedMark);
  }

  /** The same, because the state is not that of the other nodes. */
  markParted(): void {
    this.#mark(partedMark);
  }

  #mark(mark: string): void {
    if (this.#isMarked) return;
    this.#isMarked = true;
    writeBootSync(this.#folder, mark);
  }

  /** Flushes and closes the environment, and marks it as whole unless it is to be deleted. @throws {Error} if it could not be flushed; it is closed all the same */
  async close(): Promise<void> {
    if (this.#isMarked) return await this.#root.close();
    try {
      await this.flush();
    } finally {
      await this.#root.close();
    }
    await flushFolder(this.#folder);
    await rm(join(this.#folder, bootFile));
    await flushFolder(this.#folder);
  }
}

/** Why an environment has to go, or null. */
async function defectOf(folder: string, bootId: string | null): Promise<DiscardedState | null> {
  const writtenUnder = await readBoot(folder);
  if (writtenUnder === damagedMark) return { cause: 'damaged', reason: 'it was damaged' };
  if (writtenUnder === partedMark) return { cause: 'parted', reason: 'it had parted from those of the other nodes' };
  if (writtenUnder !== null && (writtenUnder !== bootId || bootId === noBoot))
    return { cause: 'notClosed', reason: 'it was not closed before the machine stopped' };
  // A process that was killed while LMDB made the file leaves none, or an empty one, and LMDB then begins anew.
  const size = await stat(join(folder, dataFile)).then(
    (stats) => stats.size,
    () => 0,
  );
  if (size === 0) return null;
  try {
    await examineDataFile(folder, recordChecks);
    return null;
  } catch (error) {
    if (error instanceof Error && isDamage(error)) return { cause: 'damaged', reason: error.message };
    throw error;
  }
}

/** Checks a record by its checksum; all of them are sealed with their keys. */
const checkRecord: EntryVisitor = (bytes, keyAt, keyLength, valueAt, valueLength) => {
  const key = bytes.subarray(keyAt, keyAt + keyLength);
  const where = (): string => `the state, key ${JSON.stringify(key.toString())}`;
  unseal(bytes.subarray(valueAt, valueAt + valueLength), crc32(key), where);
};

const recordChecks: ReadonlyMap<string, EntryVisitor> = new Map([
  ['rows', checkRecord],
  ['progress', checkRecord],
]);

async function discard(folder: string): Promise<void> {
  // The mark first: without it what is left would count as whole.
  await writeBoot(folder, damagedMark);
  await rm(join(folder, dataFile), { force: true });
  await rm(join(folder, readersFile), { force: true });
  await flushFolder(folder);
}

/** Makes sure that the environment in `folder`, if there is one, is deleted when it is next opened. */
export async function discardState(folder: string): Promise<void> {
  if (existsSync(folder)) await writeBoot(folder, damagedMark);
}

async function readBoot(folder: string): Promise<string | null> {
  try {
    return (await readFile(join(folder, bootFile), 'utf8')).trim();
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return null;
    throw error;
  }
}

function writeBootSync(folder: string, text: string): void {
  const path = join(folder, bootFile);
  writeFileSync(`${path}.new`, `${text}\n`, { flush: true });
  renameSync(`${path}.new`, path);
  const descriptor = openSync(folder, 'r');
  fsyncSync(descriptor);
  closeSync(descriptor);
}

async function writeBoot(folder: string, text: string): Promise<void> {
  const path = join(folder, bootFile);
  await writeFlushed(`${path}.new`, `${text}\n`);
  await renameFlushed(`${path}.new`, path);
}
