import { mkdir, readFile, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { open, type RootDatabase, type Transaction } from 'lmdb';
import { systemCode } from './data-folder-error.ts';
import { flushFolder, renameFlushed, writeFlushed } from './durable-file.ts';
import { dataFile, examineDataFile, readersFile } from './lmdb-file/examine-data-file.ts';
import type { BinaryTable } from './log-environment.ts';

const binary = { encoding: 'binary', keyEncoding: 'binary' } as const;

/** What LMDB's types leave out: flushing an environment whose commits are not flushed. */
interface Flushable {
  sync(done: (error: unknown) => void): void;
}

/** Stands in the folder while the environment is open, and after a crash: under which boot it was written. */
const bootFile = 'boot-id';

/** Written where no boot is to be trusted. */
const noBoot = 'none';

/**
 * The LMDB environment of the state machines. Commits are not flushed: what a power loss takes is applied again from
 * the log. But it may leave a damaged file and not merely an old one, so an environment that was not closed cleanly and
 * was written under another boot is deleted when it is opened.
 */
export class StateEnvironment {
  readonly #folder: string;
  readonly #root: RootDatabase<Buffer, Buffer> & Flushable;
  /** The entries of all groups. */
  readonly entries: BinaryTable;
  /** How far each group has come. */
  readonly progress: BinaryTable;
  /** Whether an environment was deleted when this one was opened. */
  readonly discarded: boolean;

  private constructor(folder: string, discarded: boolean) {
    this.#folder = folder;
    this.discarded = discarded;
    const root: RootDatabase<Buffer, Buffer> = open({ path: folder, noSubdir: false, noSync: true, ...binary });
    this.#root = root as RootDatabase<Buffer, Buffer> & Flushable;
    this.entries = this.#root.openDB({ name: 'entries', ...binary });
    this.progress = this.#root.openDB({ name: 'progress', ...binary });
  }

  /** Opens the environment in `folder`, or makes one there. `bootId` names this run of the operating system; null if it has no name. */
  static async open(folder: string, bootId: string | null): Promise<StateEnvironment> {
    if ((await mkdir(folder, { recursive: true })) !== undefined) await flushFolder(dirname(folder));
    const discarded = await discardUnlessIntact(folder, bootId);
    await writeBoot(folder, bootId ?? noBoot);
    return new StateEnvironment(folder, discarded);
  }

  /** Runs `step` in one transaction, which is rolled back if it throws. Transactions do not nest. */
  transaction<Result>(step: () => Result): Result {
    // Boxed, because LMDB gives a meaning of its own to some results.
    return this.#root.transactionSync(() => ({ result: step() })).result;
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
    await writeBoot(this.#folder, noBoot);
    throw error;
  }

  /** Flushes and closes the environment, and marks it as whole. @throws {Error} if it could not be flushed; it is closed all the same */
  async close(): Promise<void> {
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

/** Whether there was an environment that had to go. */
async function discardUnlessIntact(folder: string, bootId: string | null): Promise<boolean> {
  const writtenUnder = await readBoot(folder);
  if (writtenUnder === null || (writtenUnder === bootId && bootId !== noBoot)) {
    await examineIfBegun(folder);
    return false;
  }
  await rm(join(folder, dataFile), { force: true });
  await rm(join(folder, readersFile), { force: true });
  await flushFolder(folder);
  return true;
}

/** A process that was killed while LMDB made the file leaves none, or an empty one, and LMDB then begins anew. */
async function examineIfBegun(folder: string): Promise<void> {
  const size = await stat(join(folder, dataFile)).then(
    (stats) => stats.size,
    () => 0,
  );
  if (size > 0) await examineDataFile(folder);
}

async function readBoot(folder: string): Promise<string | null> {
  try {
    return (await readFile(join(folder, bootFile), 'utf8')).trim();
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return null;
    throw error;
  }
}

async function writeBoot(folder: string, text: string): Promise<void> {
  const path = join(folder, bootFile);
  await writeFlushed(`${path}.new`, `${text}\n`);
  await renameFlushed(`${path}.new`, path);
}
