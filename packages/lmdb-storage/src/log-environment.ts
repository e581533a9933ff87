import { type Database, open, type RootDatabase, type Transaction } from 'lmdb';
import type { Essentials } from './essentials.ts';
import type { SecondCopy } from './second-copy.ts';
import { asDamage } from './storage-damage.ts';

/** A table of bytes under bytes. */
export type BinaryTable = Database<Buffer, Buffer>;

/** The name of a table that every environment has which this build has opened. */
export const damagesTable = 'damages';

const binary = { encoding: 'binary', keyEncoding: 'binary' } as const;

/** What one commit of the log environment consists of. LMDB copies keys at once, and values when it commits. */
export interface LogCommit {
  put(table: BinaryTable, key: Buffer, value: Buffer): void;
  /** Removing what is not there does nothing. */
  remove(table: BinaryTable, key: Buffer): void;
}

// Within a batch the promise of a single write says nothing; that of the batch does.
const logCommit: LogCommit = {
  put: (table, key, value) => void table.put(key, value),
  remove: (table, key) => void table.remove(key),
};

/** The LMDB environment of a node's logs. What was committed to it survives a power loss. */
export class LogEnvironment {
  readonly #root: RootDatabase<Buffer, Buffer>;
  /** The entries of all groups. */
  readonly entries: BinaryTable;
  /** The hard state of each group. */
  readonly hardStates: BinaryTable;
  /** The longest hard promise of each group. */
  readonly promises: BinaryTable;
  /** Where the log of each group begins, if something of it was compacted. */
  readonly bases: BinaryTable;
  /** The newest snapshot of each group. */
  readonly snapshots: BinaryTable;
  /** What the node is, whatever its groups. */
  readonly identity: BinaryTable;
  /** Of which groups the log was damaged and is not whole again, and how. */
  readonly damages: BinaryTable;
  /** Gets what must not be lost with this environment, as soon as there is one. */
  secondCopy: SecondCopy | null = null;
  #failure: { readonly error: unknown } | null = null;

  /** Opens the environment in `folder`, or makes one there. @throws {Error} LMDB's, with its number in `code` */
  constructor(folder: string) {
    // A commit is then visible only once it is on disk, and a failed one is rolled back; with `eventTurnBatching` LMDB
    // would make a promise of its own for each batch, which nobody could keep from being an unhandled rejection.
    this.#root = open({ path: folder, noSubdir: false, overlappingSync: false, eventTurnBatching: false, ...binary });
    this.entries = this.#root.openDB({ name: 'entries', ...binary });
    this.hardStates = this.#root.openDB({ name: 'hardStates', ...binary });
    this.promises = this.#root.openDB({ name: 'promises', ...binary });
    this.bases = this.#root.openDB({ name: 'bases', ...binary });
    this.snapshots = this.#root.openDB({ name: 'snapshots', ...binary });
    this.identity = this.#root.openDB({ name: 'identity', ...binary });
    this.damages = this.#root.openDB({ name: damagesTable, ...binary });
  }

  /**
   * Commits all that `write` puts and removes, in one transaction, and resolves when it is on disk, and `change`, what of it
   * has a second copy, there too. The bytes of values must not change until then. Several commits of one turn share a flush. After a failure nothing is committed any
   * more: a flush is never tried again, because the pages that were lost then look clean.
   * @throws {Error} what LMDB said
   */
  async commit(write: (commit: LogCommit) => void, change: Partial<Essentials> | null = null): Promise<void> {
    if (this.#failure !== null) throw this.#failure.error;
    try {
      // Both are asked for in the same turn, so that `flushed` speaks of this commit.
      const batch = this.#root.batch(() => write(logCommit));
      // A vote may be in the copy alone, should the process end now; a formation may not: what belongs to it is in the commit.
      const isAlone = change !== null && (change.formation ?? null) === null;
      const copied = isAlone ? this.secondCopy?.save(change) : null;
      const [committed] = await Promise.all([batch, this.#root.flushed, copied]);
      if (change !== null && !isAlone) await this.secondCopy?.save(change);
      if (committed !== true) throw new Error('LMDB refused a write');
    } catch (failure) {
      const error = asDamage(await reasonOf(failure), 'the log');
      this.#failure ??= { error };
      throw error;
    }
  }

  /** Keeps all as it was last committed from being written over, for as long as it is not `done`. */
  beginReading(): Transaction {
    this.#root.resetReadTxn();
    return this.#root.useReadTransaction();
  }

  /** Closes the environment after the commits that are under way. */
  async close(): Promise<void> {
    await this.#root.close();
  }
}

/** LMDB rejects with an error that promises its cause; the cause must be awaited too, or it would be an unhandled rejection. */
async function reasonOf(failure: unknown): Promise<unknown> {
  if (!(failure instanceof Error) || !('commitError' in failure)) return failure;
  const cause = Promise.resolve(failure.commitError).then(
    () => failure,
    (error: unknown) => error,
  );
  const nextTurn = new Promise((resolve) => setImmediate(() => resolve(failure)));
  return await Promise.race([cause, nextTurn]);
}
