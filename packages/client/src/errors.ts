import { QuorateError, quote } from '@quorate/config-store';

export {
  type ErrorData,
  type ErrorDetail,
  type ErrorDetails,
  InvalidCommand,
  InvalidContentType,
  InvalidFence,
  InvalidKey,
  InvalidLease,
  InvalidLimit,
  InvalidQuery,
  InvalidQuota,
  InvalidRange,
  InvalidRetention,
  InvalidRevision,
  InvalidSchema,
  InvalidSession,
  KeysChanged,
  KeysDoNotMatch,
  KeyTooLarge,
  KeyWrittenTwice,
  LeaseExpired,
  LeaseFull,
  LeaseOfAnother,
  LockLost,
  QuorateError,
  QuotaExceeded,
  RevisionCompacted,
  RevisionMismatch,
  RevisionNotWritten,
  SchemaChanged,
  SchemaViolation,
  SequencePassed,
  SessionExpired,
  SessionResultsTooLarge,
  SessionWindowExceeded,
  TooManyLeases,
  TooManyQuotas,
  TooManySchemas,
  TooManySessions,
  TransactionTooLarge,
  UnknownLease,
  ValueTooLarge,
} from '@quorate/config-store';
export {
  AnotherCluster,
  Compacted,
  DiskSpaceLow,
  FormationRefused,
  InvalidRequest,
  JoinRefused,
  MalformedMessage,
  MembersUnchanged,
  NodeSpent,
  NoLeader,
  NotYetApplied,
  OutcomeUnknown,
  Overloaded,
  SnapshotProblem,
  StateParted,
  Timeout,
  TooStale,
  Unavailable,
  Unformed,
  UnknownError,
} from '@quorate/wire';

/** The store was closed. The request was not sent, or changes nothing. */
export class StoreClosed extends QuorateError {
  declare readonly code: 'StoreClosed';
  constructor(message = 'the store is closed') {
    super('StoreClosed', message, {});
  }
}

/** A lock was not to be had in time: others hold it, or wait for it. */
export class LockHeld extends QuorateError {
  declare readonly code: 'LockHeld';
  readonly lock: string;
  constructor(lock: string, message = `the lock ${quote(lock)} is held, or waited for, by others`) {
    super('LockHeld', message, { lock });
    this.lock = lock;
  }
}

/** NATS does not let these credentials publish or subscribe where the request needs it. Nothing was delivered. */
export class NotPermitted extends QuorateError {
  declare readonly code: 'NotPermitted';
  constructor(message: string) {
    super('NotPermitted', message, {});
  }
}
