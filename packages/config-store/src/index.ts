export { type Change, changeNotice, keyTokens } from './change.ts';
export type { ConfigStoreCodec } from './codec.ts';
export {
  type Command,
  type CommandResult,
  checkCommand,
  checkQuery,
  type DeleteCommand,
  type GetQuery,
  type ListQuery,
  type PutCommand,
  type Query,
  type QueryAnswer,
} from './command.ts';
export { ConfigStore, type ConfigStoreOptions } from './config-store.ts';
export {
  decimalSchema,
  type ErrorBuilder,
  type ErrorData,
  type ErrorDetail,
  type ErrorDetails,
  errorBuilder,
  InvalidCommand,
  InvalidKey,
  InvalidLimit,
  InvalidQuery,
  InvalidRange,
  InvalidRevision,
  type KeyRole,
  KeyTooLarge,
  QuorateError,
  quote,
  RevisionCompacted,
  RevisionMismatch,
  RevisionNotWritten,
  storeErrors,
  ValueTooLarge,
} from './errors.ts';
export * from './key-range.ts';
export * from './limits.ts';
export { type Page, readPage } from './page.ts';
export * from './tables/index.ts';
export { compareUtf8, loneSurrogateAt, utf8Length } from './utf8.ts';
