import { type Command, InvalidCommand, InvalidQuery, type Query } from '@quorate/config-store';
import { decodeMsgpack, encodeMsgpack } from './msgpack.ts';

/** `['put', key, value, ifRevision | null]` or `['delete', key, ifRevision | null]`: the bytes that stand in the log for good. */
export function encodeCommand(command: Command): Uint8Array {
  const ifRevision = command.ifRevision ?? null;
  return command.kind === 'put'
    ? encodeMsgpack(['put', command.key, command.value, ifRevision])
    : encodeMsgpack(['delete', command.key, ifRevision]);
}

/**
 * The command's shape alone is looked at: its limits are `checkCommand`'s. The value is a view of `bytes`.
 * @throws {InvalidCommand}
 */
export function decodeCommand(bytes: Uint8Array): Command {
  const invalid = (reason: string): InvalidCommand => new InvalidCommand({ reason });
  const [kind, ...fields] = frameOf(bytes, invalid);
  if (kind === 'put' && fields.length === 3) {
    const [key, value, ifRevision] = fields;
    if (!(value instanceof Uint8Array)) throw invalid('the value is no bytes');
    return { kind, key: textOf(key, 'key', invalid), value, ...revisionField(ifRevision, invalid) };
  }
  if (kind === 'delete' && fields.length === 2) {
    const [key, ifRevision] = fields;
    return { kind, key: textOf(key, 'key', invalid), ...revisionField(ifRevision, invalid) };
  }
  throw invalid(`${describeKind(kind)} with ${fields.length} fields is not known`);
}

/** `['get', key]` or `['list', prefix, after | null, limit]`. */
export function encodeQuery(query: Query): Uint8Array {
  return query.kind === 'get'
    ? encodeMsgpack(['get', query.key])
    : encodeMsgpack(['list', query.prefix, query.after, query.limit]);
}

/** The query's shape alone is looked at: its limits are `checkQuery`'s. @throws {InvalidQuery} */
export function decodeQuery(bytes: Uint8Array): Query {
  const invalid = (reason: string): InvalidQuery => new InvalidQuery({ reason });
  const [kind, ...fields] = frameOf(bytes, invalid);
  if (kind === 'get' && fields.length === 1) return { kind, key: textOf(fields[0], 'key', invalid) };
  if (kind === 'list' && fields.length === 3) {
    const [prefix, after, limit] = fields;
    if (typeof limit !== 'number') throw invalid('the limit is no number');
    return {
      kind,
      prefix: textOf(prefix, 'prefix', invalid),
      after: after === null ? null : textOf(after, 'after', invalid),
      limit,
    };
  }
  throw invalid(`${describeKind(kind)} with ${fields.length} fields is not known`);
}

type Invalid = (reason: string) => Error;

function frameOf(bytes: Uint8Array, invalid: Invalid): readonly unknown[] {
  const frame = decoded(bytes, invalid);
  if (!Array.isArray(frame)) throw invalid('it is no array');
  return frame;
}

function decoded(bytes: Uint8Array, invalid: Invalid): unknown {
  try {
    return decodeMsgpack(bytes);
  } catch (error) {
    throw invalid(error instanceof Error ? error.message : String(error));
  }
}

function textOf(value: unknown, name: string, invalid: Invalid): string {
  if (typeof value !== 'string') throw invalid(`the ${name} is no text`);
  return value;
}

function revisionField(value: unknown, invalid: Invalid): { readonly ifRevision?: number } {
  if (value === null) return {};
  if (typeof value !== 'number') throw invalid('the revision is no number');
  return { ifRevision: value };
}

const describeKind = (kind: unknown): string =>
  typeof kind === 'string' ? JSON.stringify(kind.slice(0, 32)) : 'a frame without a kind';
