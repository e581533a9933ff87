import type { ConfigStoreCodec } from '@quorate/config-store';
import { decodeCommand, decodeQuery } from './command-codec.ts';
import { encodeChange } from './entry-json.ts';
import { encodeAnswer, encodeResult } from './result-codec.ts';

/** The config store's formats: msgpack for commands, queries and what comes of them, JSON for changes. */
export const configStoreCodec: ConfigStoreCodec = {
  decodeCommand,
  encodeResult,
  decodeQuery,
  encodeAnswer,
  encodeChange,
};
