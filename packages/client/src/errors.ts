import { QuorateError } from '@quorate/config-store';

export {
  type ErrorData,
  type ErrorDetail,
  type ErrorDetails,
  InvalidCommand,
  InvalidContentType,
  InvalidKey,
  InvalidLimit,
  InvalidQuery,
  InvalidRange,
  InvalidRetention,
  InvalidRevision,
  InvalidSession,
  KeyTooLarge,
  KeyWrittenTwice,
  QuorateError,
  RevisionCompacted,
  RevisionMismatch,
  RevisionNotWritten,
  SequencePassed,
  SessionExpired,
  SessionResultsTooLarge,
  SessionWindowExceeded,
  TooManySessions,
  TransactionTooLarge,
  ValueTooLarge,
} from '@quorate/config-store';
export {
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

/** Another cluster has the name now of the one that was watched, such as one that was restored: its revisions are other ones, and what is between the two nobody knows. */
export class AnotherCluster extends QuorateError {
  declare readonly code: 'AnotherCluster';
  constructor(
    message = 'another cluster has the name now of the one that was watched: read its state, and watch from there',
  ) {
    super('AnotherCluster', message, {});
  }
}

/** NATS does not let these credentials publish or subscribe where the request needs it. Nothing was delivered. */
export class NotPermitted extends QuorateError {
  declare readonly code: 'NotPermitted';
  constructor(message: string) {
    super('NotPermitted', message, {});
  }
}
