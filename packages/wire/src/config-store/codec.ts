import type { ConfigStoreCodec } from '@quorate/config-store';
import { encodeAnswer } from './answer-codec.ts';
import { decodeCommand } from './command-codec.ts';
import { encodeChange } from './entry-json.ts';
import { decodeQuery } from './query-codec.ts';
import { encodeResult } from './result-codec.ts';

/** The config store's formats: msgpack for commands, queries and what comes of them, JSON for changes. */
export const configStoreCodec: ConfigStoreCodec = {
  decodeCommand,
  encodeResult,
  decodeQuery,
  encodeAnswer,
  encodeChange,
};
