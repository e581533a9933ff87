import { isName, type NodeId } from '@quorate/actor';
import { type ErrorData, QuorateError } from '@quorate/config-store';
import type { LogIndex } from '@quorate/raft';
import { z } from 'zod';
import { failureIn } from '../config-store/failure-frame.ts';
import { frameWriter } from '../config-store/frame-writer.ts';
import { decodeMsgpack, encodeMsgpack } from '../config-store/msgpack.ts';
import { errorDataSchema, MalformedMessage } from './errors.ts';
import { nodeIdSchema } from './formation.ts';
import { API_FORMAT_VERSION } from './request.ts';

/** A node's answer to a request, with the leader as that node knows it: the SDK goes there directly the next time. */
export type ApiReply =
  | {
      readonly kind: 'ok';
      readonly body: Uint8Array;
      readonly leader: NodeId | null;
      /** Where a write stands in the log. It goes in a header, and in no frame. */
      readonly index?: LogIndex;
    }
  | {
      readonly kind: 'error';
      readonly error: ErrorData;
      readonly leader: NodeId | null;
      /** The same, of one that changed nothing. */
      readonly index?: LogIndex;
    };

/** A reply as it comes, with the tag of the cluster that the node is in; null if that was not asked, or it is in none. */
export type TaggedReply = ApiReply & { readonly cluster: string | null };

/** `[1, 'ok', body, leader | null]` or `[1, 'error', { code, message, details }, leader | null]`; behind them the tag of the cluster, if there is one. */
export function encodeReply(reply: ApiReply, cluster: string | null = null): Uint8Array {
  if (reply.kind === 'error') {
    const parts = [API_FORMAT_VERSION, 'error', reply.error, reply.leader];
    return encodeMsgpack(cluster === null ? parts : [...parts, cluster]);
  }
  const frame = frameWriter
    .begin(cluster === null ? 4 : 5)
    .counter(API_FORMAT_VERSION)
    .plainText('ok')
    .bytes(reply.body);
  // Names and tags are of ASCII alone.
  const named = reply.leader === null ? frame.null() : frame.plainText(reply.leader);
  return (cluster === null ? named : named.plainText(cluster)).take();
}

const errorFrame = z
  .tuple([z.literal(API_FORMAT_VERSION), z.literal('error'), errorDataSchema, nodeIdSchema.nullable()])
  .rest(z.string())
  .transform(([, kind, error, leader, cluster = null]) => ({ kind, error, leader, cluster }));

/** The body is a view of `bytes`. @throws {MalformedMessage} */
export function decodeReply(bytes: Uint8Array): TaggedReply {
  try {
    const frame = decodeMsgpack(bytes);
    return okReplyIn(frame) ?? errorFrame.parse(frame);
  } catch {
    throw new MalformedMessage({ what: 'reply' });
  }
}

/** The reply that nearly all are, looked at without a schema: what comes with each call is to cost little. Null if it is none. */
function okReplyIn(frame: unknown): TaggedReply | null {
  if (!Array.isArray(frame) || frame.length < 4) return null;
  const [version, kind, body, leader, cluster = null]: readonly unknown[] = frame;
  if (version !== API_FORMAT_VERSION || kind !== 'ok' || !(body instanceof Uint8Array)) return null;
  if (cluster !== null && typeof cluster !== 'string') return null;
  return leader === null || isNodeId(leader) ? { kind, body, leader, cluster } : null;
}

const isNodeId = (id: unknown): id is NodeId => typeof id === 'string' && isName(id);

/** The reply that gives an answer of the store's, or the result of what stands at `index` in the log: what failed in the store is an error to the caller. */
export function storeReply(outcome: Uint8Array, leader: NodeId | null, index?: LogIndex): ApiReply {
  const error = failureIn(outcome);
  if (error !== null) return { kind: 'error', error, leader, ...(index === undefined ? {} : { index }) };
  if (index === undefined) return { kind: 'ok', body: outcome, leader };
  return { kind: 'ok', body: outcome, leader, index };
}

/** The reply that tells of an error. One that is not for callers to see is passed on by its message, as `Internal`. */
export function errorReply(error: unknown, leader: NodeId | null): ApiReply {
  if (error instanceof QuorateError) return { kind: 'error', error: error.toData(), leader };
  const message = error instanceof Error ? error.message : String(error);
  return { kind: 'error', error: { code: 'Internal', message, details: {} }, leader };
}
