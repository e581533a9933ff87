import type { CommandResult, OperationResult, TransactionOutcome } from '@quorate/config-store';
import { z } from 'zod';
import { counter, entryFrame, entrySchema } from './entry-frame.ts';
import { encodeFailure, failureSchema, parseFrame } from './failure-frame.ts';
import { frameWriter, isCounter } from './frame-writer.ts';
import { encodeMsgpack } from './msgpack.ts';

/**
 * `['put', revision]`, `['delete', revision, deleted]`, `['txn', succeeded, results, revision]`, `['compact', oldestRevision, isDone]`,
 * `['setRetention']`, `['grantLease', lease]`, `['keepLease', ttlMs]`, `['revokeLease', revision, deleted]`, `['setQuota', keys, bytes, isCounted]`, `['deleteQuota', deleted]`, `['setSchema', schemaRevision]`, `['deleteSchema', deleted]`, `['openSession', session]`, `['keepSession']`, `['closeSession']` or a failure. The result of an operation is `['put']`, `['delete', deleted]`, `['get', entry | null]`,
 * `['list', entries, more]` or `['txn', succeeded, results]`.
 */
export function encodeResult(result: CommandResult): Uint8Array {
  switch (result.kind) {
    case 'put':
      return frameWriter.begin(2).plainText('put').counter(result.revision).take();
    case 'delete':
      return encodeMsgpack(['delete', result.revision, result.deleted]);
    case 'txn':
      return encodeMsgpack([...outcomeFrame(result), result.revision]);
    case 'compact':
      return encodeMsgpack(['compact', result.oldestRevision, result.isDone]);
    case 'openSession':
      return encodeMsgpack(['openSession', result.session]);
    case 'grantLease':
      return encodeMsgpack(['grantLease', result.lease]);
    case 'keepLease':
      return encodeMsgpack(['keepLease', result.ttlMs]);
    case 'revokeLease':
      return encodeMsgpack(['revokeLease', result.revision, result.deleted]);
    case 'setQuota':
      return encodeMsgpack(['setQuota', result.keys, result.bytes, result.isCounted]);
    case 'deleteQuota':
    case 'deleteSchema':
      return encodeMsgpack([result.kind, result.deleted]);
    case 'setSchema':
      return encodeMsgpack(['setSchema', result.schemaRevision]);
    case 'setRetention':
    case 'keepSession':
    case 'closeSession':
      return encodeMsgpack([result.kind]);
    case 'failed':
      return encodeFailure(result.error, 0);
  }
}

const outcomeFrame = ({ succeeded, results }: TransactionOutcome): readonly unknown[] => [
  'txn',
  succeeded,
  results.map(operationResultFrame),
];

function operationResultFrame(result: OperationResult): readonly unknown[] {
  switch (result.kind) {
    case 'put':
      return ['put'];
    case 'delete':
      return ['delete', result.deleted];
    case 'get':
      return ['get', result.entry === null ? null : entryFrame(result.entry)];
    case 'list':
      return ['list', result.entries.map(entryFrame), result.more];
    case 'txn':
      return outcomeFrame(result);
  }
}

const operationResults: z.ZodType<readonly OperationResult[]> = z.lazy(() => z.array(operationResult));

const operationResult: z.ZodType<OperationResult> = z.union([
  z.tuple([z.literal('put')]).transform(([kind]) => ({ kind })),
  z.tuple([z.literal('delete'), counter]).transform(([kind, deleted]) => ({ kind, deleted })),
  z.tuple([z.literal('get'), entrySchema.nullable()]).transform(([kind, entry]) => ({ kind, entry })),
  z
    .tuple([z.literal('list'), z.array(entrySchema), z.boolean()])
    .transform(([kind, entries, more]) => ({ kind, entries, more })),
  z
    .tuple([z.literal('txn'), z.boolean(), operationResults])
    .transform(([kind, succeeded, results]) => ({ kind, succeeded, results })),
]);

const resultSchema: z.ZodType<CommandResult> = z.union([
  z
    .tuple([z.literal('delete'), counter, z.boolean()])
    .transform(([kind, revision, deleted]) => ({ kind, revision, deleted })),
  z
    .tuple([z.literal('txn'), z.boolean(), operationResults, counter])
    .transform(([kind, succeeded, results, revision]) => ({ kind, succeeded, results, revision })),
  z
    .tuple([z.literal('compact'), counter, z.boolean()])
    .transform(([kind, oldestRevision, isDone]) => ({ kind, oldestRevision, isDone })),
  z.tuple([z.literal('setRetention')]).transform(([kind]) => ({ kind })),
  z.tuple([z.literal('grantLease'), counter]).transform(([kind, lease]) => ({ kind, lease })),
  z.tuple([z.literal('keepLease'), counter]).transform(([kind, ttlMs]) => ({ kind, ttlMs })),
  z
    .tuple([z.literal('revokeLease'), counter, counter])
    .transform(([kind, revision, deleted]) => ({ kind, revision, deleted })),
  z
    .tuple([z.literal('setQuota'), counter, counter, z.boolean()])
    .transform(([kind, keys, bytes, isCounted]) => ({ kind, keys, bytes, isCounted })),
  z.tuple([z.enum(['deleteQuota', 'deleteSchema']), z.boolean()]).transform(([kind, deleted]) => ({ kind, deleted })),
  z.tuple([z.literal('setSchema'), counter]).transform(([kind, schemaRevision]) => ({ kind, schemaRevision })),
  z.tuple([z.literal('openSession'), counter]).transform(([kind, session]) => ({ kind, session })),
  z.tuple([z.enum(['keepSession', 'closeSession'])]).transform(([kind]) => ({ kind })),
  failureSchema.transform(({ kind, error }) => ({ kind, error })),
]);

/** Values in the result are views of `bytes`. @throws {MalformedMessage} */
export function decodeResult(bytes: Uint8Array): CommandResult {
  return parseFrame(bytes, 'result', (frame) => putResultIn(frame) ?? resultSchema.parse(frame));
}

/** The result that nearly all are, looked at without a schema: what comes with each call is to cost little. Null if it is none. */
function putResultIn(frame: unknown): CommandResult | null {
  if (!Array.isArray(frame) || frame.length !== 2) return null;
  const [kind, revision]: readonly unknown[] = frame;
  return kind === 'put' && isCounter(revision) ? { kind, revision } : null;
}
