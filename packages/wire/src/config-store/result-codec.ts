import type { CommandResult, ErrorData, QueryAnswer, StoredEntry } from '@quorate/config-store';
import { z } from 'zod';
import { errorDataSchema, MalformedMessage } from '../api/errors.ts';
import { decodeMsgpack, encodeMsgpack } from './msgpack.ts';

const counter = z.int().min(0);
const bytes = z.instanceof(Uint8Array);

const failureFrame = z
  .tuple([z.literal('failed'), z.string(), z.string(), errorDataSchema.shape.details, counter])
  .transform(([kind, code, message, details, appliedIndex]) => ({
    kind,
    error: { code, message, details },
    appliedIndex,
  }));

/**
 * `['put', revision]`, `['delete', revision, deleted]` or `['failed', code, message, details, 0]`: a failure looks the
 * same in results and answers, so that `failureIn` finds it in either.
 */
export function encodeResult(result: CommandResult): Uint8Array {
  switch (result.kind) {
    case 'put':
      return encodeMsgpack(['put', result.revision]);
    case 'delete':
      return encodeMsgpack(['delete', result.revision, result.deleted]);
    case 'failed':
      return encodeFailure(result.error, 0);
  }
}

const resultFrame = z.union([
  z.tuple([z.literal('put'), counter]).transform(([kind, revision]) => ({ kind, revision })),
  z
    .tuple([z.literal('delete'), counter, z.boolean()])
    .transform(([kind, revision, deleted]) => ({ kind, revision, deleted })),
  failureFrame.transform(({ kind, error }) => ({ kind, error })),
]);

/** @throws {MalformedMessage} */
export function decodeResult(bytes: Uint8Array): CommandResult {
  return parsed(resultFrame, bytes, 'result');
}

/**
 * `['get', appliedIndex, revision, entry | null]`, `['list', appliedIndex, revision, more, entries]` or `['failed', code,
 * message, details, appliedIndex]`, where an entry is `[key, value, createRevision, modRevision, version, lease | null, contentType | null]`.
 */
export function encodeAnswer(answer: QueryAnswer): Uint8Array {
  const { kind, appliedIndex } = answer;
  switch (kind) {
    case 'get':
      return encodeMsgpack([kind, appliedIndex, answer.revision, answer.entry === null ? null : frameOf(answer.entry)]);
    case 'list':
      return encodeMsgpack([kind, appliedIndex, answer.revision, answer.more, answer.entries.map(frameOf)]);
    case 'failed':
      return encodeFailure(answer.error, appliedIndex);
  }
}

const frameOf = (entry: StoredEntry): readonly unknown[] => [
  entry.key,
  entry.value,
  entry.createRevision,
  entry.modRevision,
  entry.version,
  entry.lease,
  entry.contentType,
];

const entryFrame = z
  .tuple([z.string(), bytes, counter, counter, counter, counter.nullable(), z.string().nullable()])
  .transform(([key, value, createRevision, modRevision, version, lease, contentType]) => ({
    key,
    value,
    createRevision,
    modRevision,
    version,
    lease,
    contentType,
  }));

const answerFrame = z.union([
  z
    .tuple([z.literal('get'), counter, counter, entryFrame.nullable()])
    .transform(([kind, appliedIndex, revision, entry]) => ({ kind, appliedIndex, revision, entry })),
  z
    .tuple([z.literal('list'), counter, counter, z.boolean(), z.array(entryFrame)])
    .transform(([kind, appliedIndex, revision, more, entries]) => ({ kind, appliedIndex, revision, more, entries })),
  failureFrame,
]);

/** Values in the answer are views of `bytes`. @throws {MalformedMessage} */
export function decodeAnswer(bytes: Uint8Array): QueryAnswer {
  return parsed(answerFrame, bytes, 'answer');
}

/** An array of five that begins with the text `failed`. */
const FAILED = Buffer.from([0x95, 0xa6, ...Buffer.from('failed')]);

/** The error that an encoded result or answer holds, or null if it tells of a success, which is not decoded for it. */
export function failureIn(bytes: Uint8Array): ErrorData | null {
  if (Buffer.compare(bytes.subarray(0, FAILED.length), FAILED) !== 0) return null;
  return parsed(failureFrame, bytes, 'failure').error;
}

const encodeFailure = ({ code, message, details }: ErrorData, appliedIndex: number): Uint8Array =>
  encodeMsgpack(['failed', code, message, details, appliedIndex]);

function parsed<Output>(schema: z.ZodType<Output>, bytes: Uint8Array, what: string): Output {
  try {
    return schema.parse(decodeMsgpack(bytes));
  } catch {
    throw new MalformedMessage({ what });
  }
}
