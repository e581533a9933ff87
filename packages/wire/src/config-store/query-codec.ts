import { InvalidQuery, type Query } from '@quorate/config-store';
import { FrameFields } from './frame-fields.ts';
import { frameWriter, isPlainText } from './frame-writer.ts';
import { rangeIn, selectionFrame } from './key-frames.ts';
import { encodeMsgpack } from './msgpack.ts';

/**
 * `['get', key, revision | null]`, `['list', keys, after | null, limit, revision | null, keysOnly]`, `['history', key, before | null, limit]`,
 * `['retention']`, `['leases', after, limit]`, `['quotas']` or `['schemas', prefix | null]`.
 */
export function encodeQuery(query: Query): Uint8Array {
  switch (query.kind) {
    case 'get':
      if (query.revision !== null || !isPlainText(query.key)) return encodeMsgpack(['get', query.key, query.revision]);
      return frameWriter.begin(3).plainText('get').plainText(query.key).null().take();
    case 'list': {
      const { keys, after, limit, revision, keysOnly } = query;
      return encodeMsgpack(['list', selectionFrame(keys), after, limit, revision, keysOnly]);
    }
    case 'history':
      return encodeMsgpack(['history', query.key, query.before, query.limit]);
    case 'retention':
    case 'quotas':
      return encodeMsgpack([query.kind]);
    case 'schemas':
      return encodeMsgpack(['schemas', query.prefix]);
    case 'leases':
      return encodeMsgpack(['leases', query.after, query.limit]);
  }
}

/** The query's shape alone is looked at: its limits are `checkQuery`'s. @throws {InvalidQuery} */
export function decodeQuery(bytes: Uint8Array): Query {
  const fields = FrameFields.decode(bytes, (reason) => new InvalidQuery({ reason }));
  const query = queryIn(fields);
  fields.end();
  return query;
}

function queryIn(fields: FrameFields): Query {
  const { kind } = fields;
  switch (kind) {
    case 'get':
      return { kind, key: fields.text('key'), revision: fields.numberOrNull('revision') };
    case 'list':
      return {
        kind,
        keys: rangeIn(fields),
        after: fields.textOrNull('after'),
        limit: fields.number('limit'),
        revision: fields.numberOrNull('revision'),
        keysOnly: fields.boolean('keysOnly'),
      };
    case 'history':
      return {
        kind,
        key: fields.text('key'),
        before: fields.numberOrNull('revision'),
        limit: fields.number('limit'),
      };
    case 'retention':
    case 'quotas':
      return { kind };
    case 'schemas':
      return { kind, prefix: fields.textOrNull('prefix') };
    case 'leases':
      return { kind, after: fields.number('id'), limit: fields.number('limit') };
    default:
      throw fields.unknown();
  }
}
