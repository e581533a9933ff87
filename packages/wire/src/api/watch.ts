import type { NodeId } from '@quorate/actor';
import { checkWatch, InvalidQuery, type WatchedChange, type WatchPage, type WatchRequest } from '@quorate/config-store';
import { z } from 'zod';
import { bytes, counter, entryFrame, entrySchema } from '../config-store/entry-frame.ts';
import { FrameFields } from '../config-store/frame-fields.ts';
import { selectionFrame, selectionIn } from '../config-store/key-frames.ts';
import { decodeMsgpack, encodeMsgpack } from '../config-store/msgpack.ts';
import { InvalidRequest, MalformedMessage } from './errors.ts';
import { nodeIdSchema } from './formation.ts';

/** What a node gives to a watcher. */
export interface NodeWatchPage extends WatchPage {
  /** Who gives it: asked for the rest, it has that at hand. */
  readonly node: NodeId;
  /** The cluster that it is in: revisions of another, restored under the same name, are other ones. */
  readonly clusterId: string;
  /** The newest revision that the node has. */
  readonly revision: number;
}

/** The body of a request of `watch`: `['watch', keys, fromRevision, fromOrdinal, filter | null, withPrevious]`. */
export function encodeWatchRequest({ keys, from, filter, withPrevious }: WatchRequest): Uint8Array {
  return encodeMsgpack(['watch', selectionFrame(keys), from.revision, from.ordinal, filter, withPrevious]);
}

/** The request, checked. @throws {InvalidRequest | InvalidQuery}, and the errors of `checkWatch` */
export function watchBody(body: Uint8Array): WatchRequest {
  const fields = FrameFields.decode(body, (reason) => new InvalidQuery({ reason }));
  if (fields.kind !== 'watch') {
    throw new InvalidRequest({ reason: `${fields.kind} does not belong on the subject of watch`, field: null });
  }
  const keys = selectionIn(fields);
  const from = { revision: fields.number('revision'), ordinal: fields.number('ordinal') };
  const filter = filterIn(fields);
  const request = { keys, from, filter, withPrevious: fields.boolean('previous') };
  fields.end();
  checkWatch(request);
  return request;
}

function filterIn(fields: FrameFields): WatchRequest['filter'] {
  const filter = fields.textOrNull('filter');
  if (filter === null || filter === 'put' || filter === 'delete') return filter;
  throw fields.invalid('the filter is neither put nor delete');
}

/**
 * The body of a reply of `watch`: `['watch', node, clusterId, revision, nextRevision, nextOrdinal, changes]`. A change is `[key, ordinal, revision, index | null, timestampUs,
 * traceparent | null, previous | null, previousOmitted]`, with `value | null, createRevision, version, lease | null, contentType | null` behind it if it is a put.
 */
export function encodeWatchPage({ node, clusterId, revision, next, changes }: NodeWatchPage): Uint8Array {
  return encodeMsgpack(['watch', node, clusterId, revision, next.revision, next.ordinal, changes.map(changeFrame)]);
}

function changeFrame(change: WatchedChange): readonly unknown[] {
  const { key, ordinal, revision, index, timestampUs, traceparent, previousOmitted } = change;
  const previous = change.previous === null ? null : entryFrame(change.previous);
  const shared = [key, ordinal, revision, index, timestampUs, traceparent, previous, previousOmitted];
  if (change.op === 'delete') return shared;
  const { value, createRevision, version, lease, contentType } = change;
  return [...shared, value, createRevision, version, lease, contentType];
}

const sharedSchema = [
  z.string(),
  counter,
  counter,
  counter.nullable(),
  counter,
  z.string().nullable(),
  entrySchema.nullable(),
  z.boolean(),
] as const;

const changeSchema: z.ZodType<WatchedChange> = z.union([
  z
    .tuple(sharedSchema)
    .transform(([key, ordinal, revision, index, timestampUs, traceparent, previous, previousOmitted]) => {
      const shared = { key, ordinal, revision, index, timestampUs, traceparent, previous, previousOmitted };
      return { op: 'delete' as const, ...shared };
    }),
  z
    .tuple([...sharedSchema, bytes.nullable(), counter, counter, counter.nullable(), z.string().nullable()])
    .transform(([key, ordinal, revision, index, timestampUs, traceparent, previous, previousOmitted, ...written]) => {
      const shared = { key, ordinal, revision, index, timestampUs, traceparent, previous, previousOmitted };
      const [value, createRevision, version, lease, contentType] = written;
      return { op: 'put' as const, ...shared, value, createRevision, version, lease, contentType };
    }),
]);

const pageSchema: z.ZodType<NodeWatchPage> = z
  .tuple([z.literal('watch'), nodeIdSchema, z.string(), counter, counter, counter, z.array(changeSchema)])
  .transform(([, node, clusterId, revision, nextRevision, ordinal, changes]) => {
    return { node, clusterId, revision, next: { revision: nextRevision, ordinal }, changes };
  });

/** Values in the page are views of `body`. @throws {MalformedMessage} */
export function decodeWatchPage(body: Uint8Array): NodeWatchPage {
  try {
    return pageSchema.parse(decodeMsgpack(body));
  } catch {
    throw new MalformedMessage({ what: 'reply of watch' });
  }
}
