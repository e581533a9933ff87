import { type ClusterName, isName } from '@quorate/actor';
import {
  InvalidRevision,
  type LeaseCommand,
  type QuotaCommand,
  type Retention,
  type SchemaCommand,
  type SessionCommand,
  type SessionPlace,
  type Write,
} from '@quorate/config-store';
import { z } from 'zod';
import { encodeCommand } from '../config-store/command-codec.ts';
import { encodeMsgpack } from '../config-store/msgpack.ts';
import { encodeQuery } from '../config-store/query-codec.ts';
import { checkClusterTag } from './cluster-tag.ts';
import type { Endpoint } from './endpoint.ts';
import { encodeFormationRecord, nodeIdSchema, storageIdSchema, voterSchema } from './formation.ts';
import { fenceIn, leaseIn } from './json-fence.ts';
import { counterOf, JsonFields, shown } from './json-fields.ts';
import { limitIn, rangeIn, transactionIn } from './json-transaction.ts';
import { watchFields, watchIn } from './json-watch.ts';
import { encodeMembershipChange, encodeTransferRequest } from './membership.ts';
import { type ReadOptions, readOptionFields, readOptionsOf } from './read-options.ts';
import type { ApiRequest } from './request.ts';
import { encodeEntriesRequest } from './request-body.ts';
import { checkTimeout, DEFAULT_TIMEOUT_MS } from './timeout.ts';
import { encodeWatchRequest } from './watch.ts';

const placeFields = ['session', 'sequence', 'floor'] as const;
/** What any write may be bound to. */
const boundFields = [...placeFields, 'fence', 'client'] as const;

const knownFields: Readonly<Record<Endpoint, readonly string[]>> = {
  get: ['key', 'revision', ...readOptionFields],
  put: ['key', 'value', 'valueBase64', 'contentType', 'lease', 'ifRevision', ...boundFields],
  delete: ['key', 'ifRevision', ...boundFields],
  list: ['prefix', 'from', 'to', 'after', 'limit', 'revision', 'keysOnly', ...readOptionFields],
  history: ['key', 'before', 'limit', ...readOptionFields],
  watch: watchFields,
  txn: ['compare', 'then', 'else', ...boundFields],
  compact: ['revision', ...boundFields],
  retention: readOptionFields,
  'set-retention': ['maxAgeMs', 'maxVersions', ...boundFields],
  session: ['op', 'ttlMs', 'salt', 'session', 'floor'],
  lease: ['op', 'ttlMs', 'owner', 'lease', ...boundFields],
  leases: ['after', 'limit', ...readOptionFields],
  quota: ['op', 'prefix', 'maxKeys', 'maxBytes', ...boundFields],
  quotas: readOptionFields,
  schema: ['op', 'prefix', 'schema', ...boundFields],
  schemas: ['prefix', ...readOptionFields],
  entries: ['fromIndex', 'limit'],
  status: [],
  hello: [],
  form: ['cluster', 'voters', 'snapshotChecksum'],
  members: ['add', 'promote', 'remove', 'force'],
  transfer: ['node'],
  snapshot: ['linearizable'],
  'snapshot-read': ['id', 'offset', 'maxBytes'],
  stages: ['indexes', 'slowest'],
  tap: ['actor'],
  'snapshot-stage': ['content', 'fileBytes', 'offset', 'bytesBase64', 'checksum'],
};

/** Reads a request in JSON, and gives it the body that the same request has in msgpack. @throws {InvalidRequest | InvalidRevision | InvalidLimit} */
export function decodeJsonRequest(
  endpoint: Endpoint,
  bytes: Uint8Array,
): Pick<ApiRequest, 'timeoutMs' | 'body' | 'read' | 'cluster'> {
  const fields = JsonFields.parse(bytes);
  fields.allow([...knownFields[endpoint], 'timeoutMs', 'clusterId'], endpoint);
  const timeoutMs = fields.has('timeoutMs') ? checkTimeout(fields.get('timeoutMs')) : DEFAULT_TIMEOUT_MS;
  const cluster = fields.isGiven('clusterId') ? checkClusterTag(fields.get('clusterId'), 'clusterId') : null;
  return { timeoutMs, body: bodyOf(endpoint, fields), read: readOf(fields), cluster };
}

/** They are known fields of reads alone. */
function readOf(fields: JsonFields): ReadOptions {
  const given = new Map(Object.entries(fields.toObject()).filter(([field]) => readOptionFields.includes(field)));
  const minRevision = given.get('minRevision');
  if (minRevision !== undefined) given.set('minRevision', counterOf(minRevision) ?? minRevision);
  return readOptionsOf(Object.fromEntries(given));
}

function bodyOf(endpoint: Endpoint, fields: JsonFields): Uint8Array {
  switch (endpoint) {
    case 'get':
      return encodeQuery({ kind: 'get', key: fields.text('key'), revision: revisionOf(fields, 'revision') });
    case 'put':
      return writeBodyOf(fields, {
        kind: 'put',
        key: fields.text('key'),
        value: fields.value('put'),
        ...(fields.isGiven('contentType') ? { contentType: fields.text('contentType') } : {}),
        ...leaseIn(fields),
        ...ifRevisionOf(fields),
      });
    case 'delete':
      return writeBodyOf(fields, { kind: 'delete', key: fields.text('key'), ...ifRevisionOf(fields) });
    case 'txn':
      return writeBodyOf(fields, transactionIn(fields));
    case 'compact':
      return writeBodyOf(fields, { kind: 'compact', revision: revisionOf(fields, 'revision') });
    case 'set-retention':
      return writeBodyOf(fields, { kind: 'setRetention', retention: retentionIn(fields) });
    case 'session':
      return encodeCommand(sessionCommandIn(fields));
    case 'lease':
      return writeBodyOf(fields, leaseCommandIn(fields));
    case 'quota':
      return writeBodyOf(fields, quotaCommandIn(fields));
    case 'quotas':
      return encodeQuery({ kind: 'quotas' });
    case 'schema':
      return writeBodyOf(fields, schemaCommandIn(fields));
    case 'schemas':
      return encodeQuery({ kind: 'schemas', prefix: fields.textOrNull('prefix') });
    case 'leases': {
      const after = fields.isGiven('after') ? fields.counter('after') : 0;
      return encodeQuery({ kind: 'leases', after, limit: limitIn(fields) });
    }
    case 'list':
      return encodeQuery({
        kind: 'list',
        keys: rangeIn(fields),
        after: fields.textOrNull('after'),
        limit: limitIn(fields),
        revision: revisionOf(fields, 'revision'),
        keysOnly: fields.boolean('keysOnly', false),
      });
    case 'history': {
      const before = revisionOf(fields, 'before');
      return encodeQuery({ kind: 'history', key: fields.text('key'), before, limit: limitIn(fields) });
    }
    case 'watch':
      return encodeWatchRequest(watchIn(fields));
    case 'retention':
      return encodeQuery({ kind: 'retention' });
    case 'entries':
      return encodeEntriesRequest({ fromIndex: fromIndexOf(fields), limit: limitIn(fields) });
    case 'form':
      return formBodyOf(fields);
    case 'members':
      return membersBodyOf(fields);
    case 'transfer':
      return transferBodyOf(fields);
    case 'snapshot':
      return encodeMsgpack({ isLinearizable: fields.get('linearizable') ?? false });
    case 'snapshot-read':
      return encodeMsgpack(withoutTimeout(fields));
    case 'snapshot-stage':
      return stageBodyOf(fields);
    case 'tap':
      return encodeMsgpack(withoutTimeout(fields));
    case 'stages':
      return stagesBodyOf(fields);
    case 'status':
    case 'hello':
      return new Uint8Array(0);
  }
}

/** A write, which is fenced, and one of a session, if it says so. @throws {InvalidRequest} */
function writeBodyOf(fields: JsonFields, unbound: Write): Uint8Array {
  const client = fields.textOrNull('client');
  const write = { ...unbound, ...fenceIn(fields), ...(client === null ? {} : { client }) };
  if (!placeFields.some((field) => fields.isGiven(field))) return encodeCommand(write);
  const inSession: SessionPlace = {
    session: fields.counter('session'),
    sequence: fields.counter('sequence'),
    floor: fields.counter('floor'),
  };
  return encodeCommand({ ...write, inSession });
}

/** @throws {InvalidRequest} */
function sessionCommandIn(fields: JsonFields): SessionCommand {
  const op = fields.text('op');
  switch (op) {
    case 'open': {
      const ttlMs = fields.get('ttlMs');
      if (typeof ttlMs !== 'number') throw fields.invalid('ttlMs', 'is no number');
      return fields.isGiven('salt')
        ? { kind: 'openSession', ttlMs, salt: fields.counter('salt') }
        : { kind: 'openSession', ttlMs };
    }
    case 'keep':
      return { kind: 'keepSession', session: fields.counter('session'), floor: fields.counter('floor') };
    case 'close':
      return { kind: 'closeSession', session: fields.counter('session') };
    default:
      throw fields.invalid('op', 'is none of open, keep and close');
  }
}

/** @throws {InvalidRequest} */
function leaseCommandIn(fields: JsonFields): LeaseCommand {
  const owner = fields.textOrNull('owner');
  const owned = owner === null ? {} : { owner };
  const op = fields.text('op');
  switch (op) {
    case 'grant': {
      const ttlMs = fields.get('ttlMs');
      if (typeof ttlMs !== 'number') throw fields.invalid('ttlMs', 'is no number');
      return { kind: 'grantLease', ttlMs, ...owned };
    }
    case 'keep':
      return { kind: 'keepLease', lease: fields.counter('lease'), ...owned };
    case 'revoke':
      return { kind: 'revokeLease', lease: fields.counter('lease'), ...owned };
    default:
      throw fields.invalid('op', 'is none of grant, keep and revoke');
  }
}

/** @throws {InvalidRequest} */
function quotaCommandIn(fields: JsonFields): QuotaCommand {
  const prefix = fields.text('prefix');
  const op = fields.text('op');
  switch (op) {
    case 'set':
      return { kind: 'setQuota', prefix, maxKeys: limitOf(fields, 'maxKeys'), maxBytes: limitOf(fields, 'maxBytes') };
    case 'delete':
      return { kind: 'deleteQuota', prefix };
    default:
      throw fields.invalid('op', 'is none of set and delete');
  }
}

/** The schema is an object or, as it may be in JSON Schema, true or false. @throws {InvalidRequest} */
function schemaCommandIn(fields: JsonFields): SchemaCommand {
  const prefix = fields.text('prefix');
  const op = fields.text('op');
  switch (op) {
    case 'set': {
      if (!fields.has('schema')) throw fields.invalid('schema', 'is missing');
      return { kind: 'setSchema', prefix, schema: JSON.stringify(fields.get('schema')), checkedRevision: null };
    }
    case 'delete':
      return { kind: 'deleteSchema', prefix };
    default:
      throw fields.invalid('op', 'is none of set and delete');
  }
}

/** A number, or null for none. @throws {InvalidRequest} */
function limitOf(fields: JsonFields, field: string): number | null {
  const given = fields.get(field) ?? null;
  if (given !== null && typeof given !== 'number') throw fields.invalid(field, 'is neither a number nor null');
  return given;
}

function ifRevisionOf(fields: JsonFields): { readonly ifRevision?: number } {
  const ifRevision = revisionOf(fields, 'ifRevision');
  return ifRevision === null ? {} : { ifRevision };
}

/** A revision, or null if none is given. @throws {InvalidRevision} */
function revisionOf(fields: JsonFields, field: string): number | null {
  if (!fields.isGiven(field)) return null;
  const revision = counterOf(fields.get(field));
  if (revision === null) throw new InvalidRevision({ given: shown(fields.get(field)) });
  return revision;
}

/** Both must be there, so that none is lifted because it was forgotten. @throws {InvalidRequest} */
function retentionIn(fields: JsonFields): Retention {
  const setting = (field: string): number | null => {
    const given = fields.get(field);
    if (given !== null && typeof given !== 'number') throw fields.invalid(field, 'is neither a number nor null');
    return given;
  };
  return { maxAgeMs: setting('maxAgeMs'), maxVersions: setting('maxVersions') };
}

function fromIndexOf(fields: JsonFields): number {
  const fromIndex = counterOf(fields.get('fromIndex'));
  if (fromIndex === null) throw fields.invalid('fromIndex', 'is no index, from 1');
  return fromIndex;
}

const recordSchema = z.object({
  cluster: z.custom<ClusterName>((name) => typeof name === 'string' && isName(name)),
  voters: z.array(voterSchema),
  snapshotChecksum: z.string().nullable().default(null),
});

function formBodyOf(fields: JsonFields): Uint8Array {
  const record = recordSchema.safeParse(fields.toObject());
  if (record.success) {
    const { cluster: clusterName, voters, snapshotChecksum } = record.data;
    return encodeFormationRecord({ formatVersion: 1, clusterName, voters, snapshotChecksum });
  }
  const field = String(record.error.issues[0]?.path[0] ?? 'voters');
  throw fields.invalid(field, 'is not what form takes: cluster, and voters as [{"id":…,"storageId":…}]');
}

const changeSchema = z.object({
  add: z
    .array(
      z
        .strictObject({
          id: nodeIdSchema,
          storageId: storageIdSchema,
          promote: z.boolean().default(false),
          replaces: nodeIdSchema.nullable().default(null),
        })
        .transform(({ id, storageId, promote: isPromotedWhenCaughtUp, replaces }) => ({
          id,
          storageId,
          isPromotedWhenCaughtUp,
          replaces,
        })),
    )
    .default([]),
  promote: z.array(nodeIdSchema).default([]),
  remove: z.array(nodeIdSchema).default([]),
  force: z.boolean().default(false),
});

function membersBodyOf(fields: JsonFields): Uint8Array {
  const change = changeSchema.safeParse(fields.toObject());
  if (change.success) return encodeMembershipChange(change.data);
  const field = String(change.error.issues[0]?.path[0] ?? 'add');
  const takes = 'add as [{"id":…,"storageId":…}], promote and remove as lists of ids, and force';
  throw fields.invalid(field, `is not what members takes: ${takes}`);
}

function withoutTimeout(fields: JsonFields): Readonly<Record<string, unknown>> {
  const { timeoutMs: _, ...rest } = fields.toObject();
  return rest;
}

/** Its fields are checked where those of a msgpack request are. */
function stageBodyOf(fields: JsonFields): Uint8Array {
  const { bytesBase64: _, ...rest } = withoutTimeout(fields);
  const bytes = fields.has('bytesBase64') ? fields.base64('bytesBase64') : new Uint8Array(0);
  return encodeMsgpack({ ...rest, bytes });
}

/** Indexes are numbers or, as they are in replies, texts. */
function stagesBodyOf(fields: JsonFields): Uint8Array {
  const indexes = fields.get('indexes') ?? [];
  if (!Array.isArray(indexes)) throw fields.invalid('indexes', 'is no list of indexes');
  return encodeMsgpack({ indexes: indexes.map((index) => counterOf(index)), slowest: fields.get('slowest') ?? 0 });
}

function transferBodyOf(fields: JsonFields): Uint8Array {
  const node = nodeIdSchema.nullable().safeParse(fields.get('node') ?? null);
  if (!node.success) throw fields.invalid('node', 'is no name of one');
  return encodeTransferRequest(node.data);
}
