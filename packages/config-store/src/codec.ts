import type { Change } from './change.ts';
import type { Command, CommandResult, Query, QueryAnswer } from './command.ts';

/** How the store's commands, queries and what comes of them become bytes; the store itself knows no format. */
export interface ConfigStoreCodec {
  /** @throws if the bytes are no command. What it throws may be a `QuorateError`, which the caller then gets. */
  decodeCommand(bytes: Uint8Array): Command;
  encodeResult(result: CommandResult): Uint8Array;
  /** @throws if the bytes are no query, as `decodeCommand` does */
  decodeQuery(bytes: Uint8Array): Query;
  encodeAnswer(answer: QueryAnswer): Uint8Array;
  /** The JSON body of a message on the stream of changes. */
  encodeChange(change: Change): Uint8Array;
}
