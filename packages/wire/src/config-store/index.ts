export {
  type Change,
  type Command,
  type CommandResult,
  checkCommand,
  checkQuery,
  type DeleteCommand,
  type ErrorData,
  type ErrorDetail,
  type ErrorDetails,
  type GetQuery,
  InvalidCommand,
  InvalidKey,
  InvalidLimit,
  InvalidQuery,
  InvalidRevision,
  KeyTooLarge,
  type ListQuery,
  type PutCommand,
  type Query,
  type QueryAnswer,
  QuorateError,
  RevisionMismatch,
  type StoredEntry,
  ValueTooLarge,
} from '@quorate/config-store';
export { configStoreCodec } from './codec.ts';
export { decodeCommand, decodeQuery, encodeCommand, encodeQuery } from './command-codec.ts';
export {
  type CommandJson,
  commandToJson,
  type EntryJson,
  encodeChange,
  entryToJson,
  type ValueJson,
  valueToJson,
} from './entry-json.ts';
export { decodeMsgpack, encodeMsgpack, MalformedMsgpack } from './msgpack.ts';
export { decodeAnswer, decodeResult, encodeAnswer, encodeResult, failureIn } from './result-codec.ts';
export { timestampText } from './timestamp-text.ts';
