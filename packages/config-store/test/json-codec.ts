import type { Change, Command, CommandResult, ConfigStoreCodec, Query, QueryAnswer } from '../src/index.ts';

const isBytes = (value: unknown): value is { $bytes: string } =>
  typeof value === 'object' && value !== null && '$bytes' in value;

/** Any of the store's data as JSON, its bytes as base64. */
export const toBytes = (value: unknown): Uint8Array =>
  Buffer.from(
    JSON.stringify(value, (_key, member: unknown) =>
      member instanceof Uint8Array ? { $bytes: Buffer.from(member).toString('base64') } : member,
    ),
  );

/** The inverse of `toBytes`. */
export function fromBytes<Value>(bytes: Uint8Array): Value {
  return JSON.parse(Buffer.from(bytes).toString(), (_key, member: unknown) =>
    isBytes(member) ? new Uint8Array(Buffer.from(member.$bytes, 'base64')) : member,
  );
}

/** A codec for tests: readable, and unlike the one that nodes use. */
export const jsonCodec: ConfigStoreCodec = {
  decodeCommand: (bytes) => fromBytes<Command>(bytes),
  encodeResult: (result: CommandResult) => toBytes(result),
  decodeQuery: (bytes) => fromBytes<Query>(bytes),
  encodeAnswer: (answer: QueryAnswer) => toBytes(answer),
  encodeChange: (change: Change) => toBytes(change),
};

/** Bytes of a text. */
export const bytesOf = (text: string): Uint8Array => new Uint8Array(Buffer.from(text));
