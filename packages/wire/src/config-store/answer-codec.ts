import type { AttributedChange, Lease, QueryAnswer, Quota, Schema } from '@quorate/config-store';
import { z } from 'zod';
import { bytes, counter, entryFrame, entryIn, listedEntrySchema } from './entry-frame.ts';
import { encodeFailure, failureSchema, parseFrame } from './failure-frame.ts';
import { isCounter } from './frame-writer.ts';
import { encodeMsgpack } from './msgpack.ts';

/**
 * `['get', appliedIndex, revision, entry | null]`, `['list', appliedIndex, revision, entries, nextAfter | null]`,
 * `['history', appliedIndex, revision, changes, more, oldestRevision]`,
 * `['retention', appliedIndex, revision, maxAgeMs | null, maxVersions | null, oldestRevision, stateHash]`, `['leases', appliedIndex, revision, leases, more]`, `['quotas', appliedIndex, revision, quotas]`, `['schemas', appliedIndex, revision, schemas]` or a failure. A change is
 * `[revision, index | null, timestampUs, traceparent | null, client | null]`, with `value | null, createRevision, version, lease | null, contentType | null` behind it if it is a put. A lease is
 * `[lease, ttlMs, owner | null, grantedAtUs, keptAtUs, keyCount]`, a quota `[prefix, maxKeys | null, maxBytes | null, keys, bytes, isCounted]`,
 * a schema `[prefix, schemaRevision, bytes, schema | null]`.
 */
export function encodeAnswer(answer: QueryAnswer): Uint8Array {
  if (answer.kind === 'failed') return encodeFailure(answer.error, answer.appliedIndex);
  return encodeMsgpack([answer.kind, answer.appliedIndex, answer.revision, ...fieldsOf(answer)]);
}

function fieldsOf(answer: Exclude<QueryAnswer, { kind: 'failed' }>): readonly unknown[] {
  switch (answer.kind) {
    case 'get':
      return [answer.entry === null ? null : entryFrame(answer.entry)];
    case 'list':
      return [answer.entries.map(entryFrame), answer.nextAfter];
    case 'history':
      return [answer.changes.map(changeFrame), answer.more, answer.oldestRevision];
    case 'retention': {
      const { retention, oldestRevision, stateHash } = answer;
      return [retention.maxAgeMs, retention.maxVersions, oldestRevision, stateHash];
    }
    case 'leases':
      return [answer.leases.map(leaseFrame), answer.more];
    case 'quotas':
      return [answer.quotas.map(quotaFrame)];
    case 'schemas':
      return [answer.schemas.map((one) => [one.prefix, one.schemaRevision, one.bytes, one.schema])];
  }
}

function changeFrame(change: AttributedChange): readonly unknown[] {
  const origin = [change.revision, change.index, change.timestampUs, change.traceparent, change.client];
  if (change.op === 'delete') return origin;
  const { value, createRevision, version, lease, contentType } = change;
  return [...origin, value, createRevision, version, lease, contentType];
}

const leaseFrame = ({ lease, ttlMs, owner, grantedAtUs, keptAtUs, keyCount }: Lease): readonly unknown[] => [
  lease,
  ttlMs,
  owner,
  grantedAtUs,
  keptAtUs,
  keyCount,
];

const quotaFrame = ({ prefix, maxKeys, maxBytes, keys, bytes: size, isCounted }: Quota): readonly unknown[] => [
  prefix,
  maxKeys,
  maxBytes,
  keys,
  size,
  isCounted,
];

const schemaSchema: z.ZodType<Schema> = z
  .tuple([z.string(), counter, counter, z.string().nullable()])
  .transform(([prefix, schemaRevision, size, schema]) => ({ prefix, schemaRevision, bytes: size, schema }));

const quotaSchema: z.ZodType<Quota> = z
  .tuple([z.string(), counter.nullable(), counter.nullable(), counter, counter, z.boolean()])
  .transform(([prefix, maxKeys, maxBytes, keys, size, isCounted]) => {
    return { prefix, maxKeys, maxBytes, keys, bytes: size, isCounted };
  });

const leaseSchema: z.ZodType<Lease> = z
  .tuple([counter, counter, z.string().nullable(), counter, counter, counter])
  .transform(([lease, ttlMs, owner, grantedAtUs, keptAtUs, keyCount]) => {
    return { lease, ttlMs, owner, grantedAtUs, keptAtUs, keyCount };
  });

const originSchema = [counter, counter.nullable(), counter, z.string().nullable(), z.string().nullable()] as const;

const changeSchema: z.ZodType<AttributedChange> = z.union([
  z.tuple(originSchema).transform(([revision, index, timestampUs, traceparent, client]) => {
    return { op: 'delete' as const, revision, index, timestampUs, traceparent, client };
  }),
  z
    .tuple([...originSchema, bytes.nullable(), counter, counter, counter.nullable(), z.string().nullable()])
    .transform(
      ([revision, index, timestampUs, traceparent, client, value, createRevision, version, lease, contentType]) => {
        const origin = { revision, index, timestampUs, traceparent, client };
        return { op: 'put' as const, ...origin, value, createRevision, version, lease, contentType };
      },
    ),
]);

const stateSchema = [counter, counter] as const;

const answerSchema: z.ZodType<QueryAnswer> = z.union([
  z
    .tuple([z.literal('list'), ...stateSchema, z.array(listedEntrySchema), z.string().nullable()])
    .transform(([kind, appliedIndex, revision, entries, nextAfter]) => {
      return { kind, appliedIndex, revision, entries, nextAfter };
    }),
  z
    .tuple([z.literal('history'), ...stateSchema, z.array(changeSchema), z.boolean(), counter])
    .transform(([kind, appliedIndex, revision, changes, more, oldestRevision]) => {
      return { kind, appliedIndex, revision, changes, more, oldestRevision };
    }),
  z
    .tuple([z.literal('retention'), ...stateSchema, counter.nullable(), counter.nullable(), counter, counter])
    .transform(([kind, appliedIndex, revision, maxAgeMs, maxVersions, oldestRevision, stateHash]) => {
      return { kind, appliedIndex, revision, retention: { maxAgeMs, maxVersions }, oldestRevision, stateHash };
    }),
  z
    .tuple([z.literal('leases'), ...stateSchema, z.array(leaseSchema), z.boolean()])
    .transform(([kind, appliedIndex, revision, leases, more]) => ({ kind, appliedIndex, revision, leases, more })),
  z
    .tuple([z.literal('quotas'), ...stateSchema, z.array(quotaSchema)])
    .transform(([kind, appliedIndex, revision, quotas]) => ({ kind, appliedIndex, revision, quotas })),
  z
    .tuple([z.literal('schemas'), ...stateSchema, z.array(schemaSchema)])
    .transform(([kind, appliedIndex, revision, schemas]) => ({ kind, appliedIndex, revision, schemas })),
  failureSchema,
]);

/** Values in the answer are views of `bytes`. @throws {MalformedMessage} */
export function decodeAnswer(bytes: Uint8Array): QueryAnswer {
  return parseFrame(bytes, 'answer', (frame) => getAnswerIn(frame) ?? answerSchema.parse(frame));
}

/** The answer that nearly all are, looked at without a schema: what comes with each call is to cost little. Null if it is none. */
function getAnswerIn(frame: unknown): QueryAnswer | null {
  if (!Array.isArray(frame) || frame.length !== 4 || frame[0] !== 'get') return null;
  const [kind, appliedIndex, revision, found]: readonly unknown[] = frame;
  const entry = found === null ? null : entryIn(found);
  if (kind !== 'get' || !isCounter(appliedIndex) || !isCounter(revision) || entry === undefined) return null;
  return { kind, appliedIndex, revision, entry };
}
