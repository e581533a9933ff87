export {
  type AttributedChange,
  type Change,
  type Command,
  type CommandResult,
  type Comparison,
  checkCommand,
  checkQuery,
  type DeleteCommand,
  type ErrorData,
  type ErrorDetail,
  type ErrorDetails,
  type Fence,
  type GetQuery,
  type HistoryQuery,
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
  type KeyChange,
  type KeyRange,
  type KeySelection,
  KeysChanged,
  KeysDoNotMatch,
  KeyTooLarge,
  KeyWrittenTwice,
  type Lease,
  LeaseExpired,
  LeaseFull,
  LeaseOfAnother,
  type ListedEntry,
  type ListQuery,
  LockLost,
  type Operation,
  type OperationResult,
  type PutCommand,
  type Query,
  type QueryAnswer,
  QuorateError,
  type Quota,
  QuotaExceeded,
  type Retention,
  RevisionCompacted,
  RevisionMismatch,
  RevisionNotWritten,
  type Schema,
  SchemaChanged,
  SchemaViolation,
  SequencePassed,
  type SessionCommand,
  SessionExpired,
  type SessionPlace,
  SessionResultsTooLarge,
  SessionWindowExceeded,
  type StoredEntry,
  TooManyLeases,
  TooManyQuotas,
  TooManySchemas,
  TooManySessions,
  type Transaction,
  type TransactionOutcome,
  TransactionTooLarge,
  UnknownLease,
  ValueTooLarge,
  type WatchedChange,
  type WatchPage,
  type WatchRequest,
  type Write,
} from '@quorate/config-store';
export { decodeAnswer, encodeAnswer } from './answer-codec.ts';
export { configStoreCodec } from './codec.ts';
export { decodeCommand, encodeCommand, encodeWrite } from './command-codec.ts';
export { type CommandJson, commandToJson, type SessionPlaceJson, type WriteJson } from './command-json.ts';
export { type EntryJson, encodeChange, entryToJson, type ValueJson, valueToJson } from './entry-json.ts';
export { failureIn } from './failure-frame.ts';
export type { FenceJson } from './fence-json.ts';
export { type LeaseJson, leaseToJson } from './lease-json.ts';
export { decodeMsgpack, encodeMsgpack, MalformedMsgpack } from './msgpack.ts';
export {
  type KeyChangeJson,
  keyChangeToJson,
  type OperationResultJson,
  type OutcomeJson,
  outcomeToJson,
} from './outcome-json.ts';
export { decodeQuery, encodeQuery } from './query-codec.ts';
export { decodeResult, encodeResult } from './result-codec.ts';
export { type SchemaJson, schemaToJson } from './schema-json.ts';
export { stateHashText } from './state-hash-text.ts';
export { timestampText } from './timestamp-text.ts';
export {
  type ComparisonJson,
  type ConditionJson,
  type OperationJson,
  type SelectionJson,
  type TransactionJson,
  transactionToJson,
} from './transaction-json.ts';
export { type WatchedChangeJson, watchedChangeToJson } from './watched-change-json.ts';
