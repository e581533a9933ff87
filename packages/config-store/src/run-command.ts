import type { LogEntry } from '@quorate/raft';
import type { BoundWrite, Command, CompactCommand, DeleteCommand, PutCommand, SetRetentionCommand } from './command.ts';
import { RevisionMismatch } from './errors.ts';
import { assertHolds } from './fence/check-fence.ts';
import type { Compaction } from './history/compaction.ts';
import { RevisionNotWritten } from './history/errors.ts';
import type { OpenHistory } from './history/open-history.ts';
import { stagedDelete, stagedPut } from './history/staged-change.ts';
import type { Leases } from './lease/leases.ts';
import type { Outcome } from './outcome.ts';
import type { Quotas } from './quota/quotas.ts';
import type { Schemas } from './schema/schemas.ts';
import type { Sessions } from './session/sessions.ts';
import type { StateHash } from './state-hash/state-hash.ts';
import { type KeyRow, keysTable } from './tables/keys-table.ts';
import type { TablesWriter } from './tables/tables.ts';
import { runTransaction } from './transaction/run-transaction.ts';
import type { Transaction } from './transaction/transaction.ts';

/** What commands are run upon. */
export interface RunningStore {
  readonly writer: TablesWriter;
  /** Takes whatever is done to the state by the entry that is being applied. */
  readonly hash: StateHash;
  readonly history: OpenHistory;
  readonly compaction: Compaction;
  readonly sessions: Sessions;
  readonly leases: Leases;
  readonly quotas: Quotas;
  readonly schemas: Schemas;
}

/**
 * Runs a checked command, whether or not it was done before in its session.
 * @throws {RevisionMismatch | RevisionNotWritten | TransactionTooLarge | SessionExpired | TooManySessions} if it cannot be done: then nothing is
 * @throws {LockLost | UnknownLease | LeaseExpired | LeaseOfAnother | TooManyLeases | LeaseFull | QuotaExceeded | TooManyQuotas | TooManySchemas | KeysChanged} the same
 */
export function runCommand(store: RunningStore, command: Command, entry: LogEntry): Outcome {
  switch (command.kind) {
    case 'openSession':
    case 'keepSession':
    case 'closeSession':
      return { result: store.sessions.run(command, entry), changes: [] };
    default:
      return write(store, command, entry);
  }
}

function write(store: RunningStore, command: BoundWrite, entry: LogEntry): Outcome {
  assertHolds(store.writer, command.fence);
  const outcome = writeOutcome(store, command, entry);
  store.leases.checkChanges(outcome.changes);
  store.quotas.check(outcome.changes);
  return outcome;
}

function writeOutcome(store: RunningStore, command: BoundWrite, entry: LogEntry): Outcome {
  switch (command.kind) {
    case 'put':
      return put(store.writer, command);
    case 'delete':
      return remove(store.writer, command);
    case 'txn':
      return transact(store.writer, command);
    case 'compact':
      return compact(store, command, entry);
    case 'setRetention':
      return setRetention(store, command);
    case 'grantLease':
    case 'keepLease':
    case 'revokeLease':
      return store.leases.run(command, entry);
    case 'setQuota':
    case 'deleteQuota':
      return { result: store.quotas.run(command), changes: [] };
    case 'setSchema':
    case 'deleteSchema':
      return { result: store.schemas.run(store.writer, command, entry, store.hash), changes: [] };
    default:
      return command satisfies never;
  }
}

function put(writer: TablesWriter, { key, value, contentType, lease, ifRevision }: PutCommand): Outcome {
  const current = writer.get(keysTable, key);
  checkCondition(key, current, ifRevision);
  const revision = writer.progress.revision + 1;
  const written = { value, contentType: contentType ?? null, lease: lease ?? null };
  return { result: { kind: 'put', revision }, changes: [stagedPut(key, written, current, revision)] };
}

function remove(writer: TablesWriter, { key, ifRevision }: DeleteCommand): Outcome {
  const current = writer.get(keysTable, key);
  checkCondition(key, current, ifRevision);
  const { revision } = writer.progress;
  // Where nothing changes the revision stays.
  if (current === null) return { result: { kind: 'delete', revision, deleted: false }, changes: [] };
  return {
    result: { kind: 'delete', revision: revision + 1, deleted: true },
    changes: [stagedDelete(key, current)],
  };
}

function checkCondition(key: string, current: KeyRow | null, ifRevision: number | undefined): void {
  const actual = current?.modRevision ?? 0;
  if (ifRevision === undefined || ifRevision === actual) return;
  throw new RevisionMismatch({ key, expected: String(ifRevision), actual: String(actual) });
}

function transact(writer: TablesWriter, transaction: Transaction): Outcome {
  const { outcome, changes } = runTransaction(writer, transaction);
  const revision = writer.progress.revision + (changes.length > 0 ? 1 : 0);
  return { result: { ...outcome, revision }, changes };
}

function compact(
  { writer, history, compaction }: RunningStore,
  { revision }: CompactCommand,
  entry: LogEntry,
): Outcome {
  const newest = writer.progress.revision;
  if (revision !== null && revision > newest) {
    throw new RevisionNotWritten({ revision: String(revision), newestRevision: String(newest) });
  }
  const isDone = compaction.run(writer, history, entry.timestampUs, revision);
  return { result: { kind: 'compact', oldestRevision: history.row.oldestRevision, isDone }, changes: [] };
}

function setRetention({ history }: RunningStore, { retention }: SetRetentionCommand): Outcome {
  history.row = { ...history.row, retention };
  return { result: { kind: 'setRetention' }, changes: [] };
}
