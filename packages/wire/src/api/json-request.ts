import { type ClusterName, isName } from '@quorate/actor';
import { DEFAULT_PAGE_ENTRIES, InvalidLimit, InvalidRevision, MAX_PAGE_ENTRIES } from '@quorate/config-store';
import { z } from 'zod';
import { encodeCommand, encodeQuery } from '../config-store/command-codec.ts';
import { encodeMsgpack } from '../config-store/msgpack.ts';
import type { Endpoint } from './endpoint.ts';
import { InvalidRequest } from './errors.ts';
import { encodeFormationRecord, nodeIdSchema, storageIdSchema, voterSchema } from './formation.ts';
import { encodeMembershipChange, encodeTransferRequest } from './membership.ts';
import { type ReadOptions, readOptionFields, readOptionsOf } from './read-options.ts';
import { encodeEntriesRequest } from './request-body.ts';
import { checkTimeout, DEFAULT_TIMEOUT_MS } from './timeout.ts';

/** The fields of a JSON request; those of an object's prototype are none. */
type Fields = ReadonlyMap<string, unknown>;

const knownFields: Readonly<Record<Endpoint, readonly string[]>> = {
  get: ['key', ...readOptionFields],
  put: ['key', 'value', 'valueBase64', 'ifRevision'],
  delete: ['key', 'ifRevision'],
  list: ['prefix', 'after', 'limit', ...readOptionFields],
  entries: ['fromIndex', 'limit'],
  status: [],
  hello: [],
  form: ['cluster', 'voters', 'snapshotChecksum'],
  members: ['add', 'promote', 'remove', 'force'],
  transfer: ['node'],
  snapshot: ['linearizable'],
  'snapshot-read': ['id', 'offset', 'maxBytes'],
  'snapshot-stage': ['content', 'fileBytes', 'offset', 'bytesBase64', 'checksum'],
};

/** Reads a request in JSON, and gives it the body that the same request has in msgpack. @throws {InvalidRequest | InvalidRevision | InvalidLimit} */
export function decodeJsonRequest(
  endpoint: Endpoint,
  bytes: Uint8Array,
): { readonly timeoutMs: number; readonly body: Uint8Array; readonly read: ReadOptions } {
  const fields = fieldsOf(bytes);
  for (const field of fields.keys()) {
    if (field !== 'timeoutMs' && !knownFields[endpoint].includes(field)) throw unknownField(endpoint, field);
  }
  const timeoutMs = fields.has('timeoutMs') ? checkTimeout(fields.get('timeoutMs')) : DEFAULT_TIMEOUT_MS;
  return { timeoutMs, body: bodyOf(endpoint, fields), read: readOf(fields) };
}

/** They are known fields of reads alone. */
function readOf(fields: Fields): ReadOptions {
  const given = new Map([...fields].filter(([field]) => readOptionFields.includes(field)));
  const minRevision = given.get('minRevision');
  if (minRevision !== undefined) given.set('minRevision', counterOf(minRevision) ?? minRevision);
  return readOptionsOf(Object.fromEntries(given));
}

function bodyOf(endpoint: Endpoint, fields: Fields): Uint8Array {
  switch (endpoint) {
    case 'get':
      return encodeQuery({ kind: 'get', key: textOf(fields, 'key') });
    case 'put':
      return encodeCommand({
        kind: 'put',
        key: textOf(fields, 'key'),
        value: bytesOf(fields),
        ...ifRevisionOf(fields),
      });
    case 'delete':
      return encodeCommand({ kind: 'delete', key: textOf(fields, 'key'), ...ifRevisionOf(fields) });
    case 'list':
      return encodeQuery({
        kind: 'list',
        prefix: fields.has('prefix') ? textOf(fields, 'prefix') : '',
        after: isGiven(fields, 'after') ? textOf(fields, 'after') : null,
        limit: limitOf(fields),
      });
    case 'entries':
      return encodeEntriesRequest({ fromIndex: fromIndexOf(fields), limit: limitOf(fields) });
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
    case 'status':
    case 'hello':
      return new Uint8Array(0);
  }
}

function fieldsOf(bytes: Uint8Array): Fields {
  if (bytes.length === 0) return new Map();
  const parsed = parse(bytes);
  if (typeof parsed !== 'object' || parsed === null) throw invalid('it is no JSON object');
  return new Map(Object.entries(parsed));
}

function parse(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes));
  } catch {
    throw invalid('it begins as JSON does, and is no JSON in UTF-8');
  }
}

const isGiven = (fields: Fields, field: string): boolean => (fields.get(field) ?? null) !== null;

function textOf(fields: Fields, field: string): string {
  const text = fields.get(field);
  if (text === undefined) throw invalid(`${field} is missing`, field);
  if (typeof text !== 'string') throw invalid(`${field} is no text`, field);
  // An escape may spell half a character, which msgpack could not carry.
  if (Buffer.from(text).toString() !== text) throw invalid(`${field} has a lone surrogate`, field);
  return text;
}

function bytesOf(fields: Fields): Uint8Array {
  if (fields.has('value') === fields.has('valueBase64')) {
    throw invalid('put takes either value or valueBase64', 'value');
  }
  if (fields.has('value')) return Buffer.from(textOf(fields, 'value'));
  return base64Of(fields, 'valueBase64');
}

function base64Of(fields: Fields, field: string): Uint8Array {
  const text = textOf(fields, field);
  const bytes = Buffer.from(text, 'base64');
  if (bytes.toString('base64') !== text) throw invalid(`${field} is no base64`, field);
  return bytes;
}

function ifRevisionOf(fields: Fields): { readonly ifRevision?: number } {
  if (!isGiven(fields, 'ifRevision')) return {};
  const ifRevision = counterOf(fields.get('ifRevision'));
  if (ifRevision === null) throw new InvalidRevision({ given: shown(fields.get('ifRevision')) });
  return { ifRevision };
}

function fromIndexOf(fields: Fields): number {
  const fromIndex = counterOf(fields.get('fromIndex'));
  if (fromIndex === null) throw invalid('fromIndex is no index, from 1', 'fromIndex');
  return fromIndex;
}

/** Its range is checked where that of a msgpack request is. */
function limitOf(fields: Fields): number {
  if (!isGiven(fields, 'limit')) return DEFAULT_PAGE_ENTRIES;
  const limit = fields.get('limit');
  if (typeof limit !== 'number') throw new InvalidLimit({ given: shown(limit), limit: MAX_PAGE_ENTRIES });
  return limit;
}

const recordSchema = z.object({
  cluster: z.custom<ClusterName>((name) => typeof name === 'string' && isName(name)),
  voters: z.array(voterSchema),
  snapshotChecksum: z.string().nullable().default(null),
});

function formBodyOf(fields: Fields): Uint8Array {
  const record = recordSchema.safeParse(Object.fromEntries(fields));
  if (record.success) {
    const { cluster: clusterName, voters, snapshotChecksum } = record.data;
    return encodeFormationRecord({ formatVersion: 1, clusterName, voters, snapshotChecksum });
  }
  const field = String(record.error.issues[0]?.path[0] ?? 'voters');
  throw invalid(`${field} is not what form takes: cluster, and voters as [{"id":…,"storageId":…}]`, field);
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

function membersBodyOf(fields: Fields): Uint8Array {
  const change = changeSchema.safeParse(Object.fromEntries(fields));
  if (change.success) return encodeMembershipChange(change.data);
  const field = String(change.error.issues[0]?.path[0] ?? 'add');
  const takes = 'add as [{"id":…,"storageId":…}], promote and remove as lists of ids, and force';
  throw invalid(`${field} is not what members takes: ${takes}`, field);
}

function withoutTimeout(fields: Fields): Readonly<Record<string, unknown>> {
  const { timeoutMs: _, ...rest } = Object.fromEntries(fields);
  return rest;
}

/** Its fields are checked where those of a msgpack request are. */
function stageBodyOf(fields: Fields): Uint8Array {
  const { bytesBase64: _, ...rest } = withoutTimeout(fields);
  const bytes = fields.has('bytesBase64') ? base64Of(fields, 'bytesBase64') : new Uint8Array(0);
  return encodeMsgpack({ ...rest, bytes });
}

function transferBodyOf(fields: Fields): Uint8Array {
  const node = nodeIdSchema.nullable().safeParse(fields.get('node') ?? null);
  if (!node.success) throw invalid('node is no name of one', 'node');
  return encodeTransferRequest(node.data);
}

/** A number of 64 bits is a text in JSON; a JSON number is taken where it is exact. */
function counterOf(value: unknown): number | null {
  const number = typeof value === 'string' && /^(0|[1-9][0-9]{0,15})$/.test(value) ? Number(value) : value;
  return typeof number === 'number' && Number.isSafeInteger(number) && number >= 0 ? number : null;
}

const shown = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value)).slice(0, 64);

const invalid = (reason: string, field: string | null = null): InvalidRequest => new InvalidRequest({ reason, field });

function unknownField(endpoint: Endpoint, field: string): InvalidRequest {
  const known = [...knownFields[endpoint], 'timeoutMs'].join(', ');
  const name = field.slice(0, 64);
  return invalid(`the field ${JSON.stringify(name)} is not known; ${endpoint} takes ${known}`, name);
}
