export { type Change, changeNotice, keyTokens } from './change.ts';
export { checkCommand, checkQuery } from './check-command.ts';
export { checkClientName, MAX_CLIENT_NAME_LENGTH } from './client-name.ts';
export type { ConfigStoreCodec } from './codec.ts';
export type * from './command.ts';
export { ConfigStore, type ConfigStoreOptions } from './config-store.ts';
export { checkContentType, MAX_CONTENT_TYPE_LENGTH } from './content-type.ts';
export {
  InvalidCommand,
  InvalidContentType,
  InvalidKey,
  InvalidLimit,
  InvalidQuery,
  InvalidRange,
  InvalidRevision,
  type KeyRole,
  KeyTooLarge,
  RevisionMismatch,
  ValueTooLarge,
} from './errors.ts';
export { InvalidFence, LockLost } from './fence/errors.ts';
export type * from './fence/fence.ts';
export { InvalidRetention, RevisionCompacted, RevisionNotWritten } from './history/errors.ts';
export { MAX_RETENTION_AGE_MS, MAX_RETENTION_VERSIONS } from './history/retention.ts';
export * from './key-range.ts';
export {
  InvalidLease,
  LeaseExpired,
  LeaseFull,
  LeaseOfAnother,
  TooManyLeases,
  UnknownLease,
} from './lease/errors.ts';
export type * from './lease/lease-commands.ts';
export * from './lease/limits.ts';
export * from './limits.ts';
export { type ListedEntry, type Page, type PageRequest, readPage } from './page.ts';
export {
  decimalSchema,
  type ErrorBuilder,
  type ErrorData,
  type ErrorDetail,
  type ErrorDetails,
  errorBuilder,
  QuorateError,
  quote,
} from './quorate-error.ts';
export { InvalidQuota, QuotaExceeded, TooManyQuotas } from './quota/errors.ts';
export * from './quota/limits.ts';
export type * from './quota/quota-commands.ts';
export {
  type FailingKey,
  InvalidSchema,
  KeysChanged,
  KeysDoNotMatch,
  SchemaChanged,
  SchemaViolation,
  TooManySchemas,
} from './schema/errors.ts';
export * from './schema/limits.ts';
export { type PossiblePut, putsOf } from './schema/puts-of.ts';
export type * from './schema/schema-commands.ts';
export type { SchemaRows } from './schema/schemas.ts';
export {
  InvalidSession,
  SequencePassed,
  SessionExpired,
  SessionResultsTooLarge,
  SessionWindowExceeded,
  TooManySessions,
} from './session/errors.ts';
export * from './session/limits.ts';
export type * from './session/session-commands.ts';
export { stateHashAt } from './state-hash/state-hash-at.ts';
export { storeErrors } from './store-errors.ts';
export * from './tables/index.ts';
export { KeyWrittenTwice, TransactionTooLarge } from './transaction/errors.ts';
export * from './transaction/limits.ts';
export type * from './transaction/transaction.ts';
export { compareUtf8, loneSurrogateAt, utf8Length } from './utf8.ts';
export { readWatchPage } from './watch/read-watch-page.ts';
export { type WaitingWatcher, WaitingWatchers } from './watch/waiting-watchers.ts';
export { checkWatch, type WatchedChange, type WatchPage, type WatchRequest } from './watch/watch.ts';
export { WatchAssembly, type WholeRevision } from './watch/watch-assembly.ts';
export { WatcherIndex } from './watch/watcher-index.ts';
