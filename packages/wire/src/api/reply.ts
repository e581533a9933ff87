import type { NodeId } from '@quorate/actor';
import { type ErrorData, QuorateError } from '@quorate/config-store';
import type { LogIndex } from '@quorate/raft';
import { z } from 'zod';
import { failureIn } from '../config-store/failure-frame.ts';
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
  const content = reply.kind === 'ok' ? reply.body : reply.error;
  return encodeMsgpack([API_FORMAT_VERSION, reply.kind, content, reply.leader, ...(cluster === null ? [] : [cluster])]);
}

const replyFrame = z.union([
  z
    .tuple([z.literal(API_FORMAT_VERSION), z.literal('ok'), z.instanceof(Uint8Array), nodeIdSchema.nullable()])
    .rest(z.string())
    .transform(([, kind, body, leader, cluster = null]) => ({ kind, body, leader, cluster })),
  z
    .tuple([z.literal(API_FORMAT_VERSION), z.literal('error'), errorDataSchema, nodeIdSchema.nullable()])
    .rest(z.string())
    .transform(([, kind, error, leader, cluster = null]) => ({ kind, error, leader, cluster })),
]);

/** The body is a view of `bytes`. @throws {MalformedMessage} */
export function decodeReply(bytes: Uint8Array): TaggedReply {
  try {
    return replyFrame.parse(decodeMsgpack(bytes));
  } catch {
    throw new MalformedMessage({ what: 'reply' });
  }
}

/** The reply that gives a result or an answer of the store's: what failed in the store is an error to the caller. */
export function storeReply(outcome: Uint8Array, leader: NodeId | null): ApiReply {
  const error = failureIn(outcome);
  return error === null ? { kind: 'ok', body: outcome, leader } : { kind: 'error', error, leader };
}

/** The reply that tells of an error. One that is not for callers to see is passed on by its message, as `Internal`. */
export function errorReply(error: unknown, leader: NodeId | null): ApiReply {
  if (error instanceof QuorateError) return { kind: 'error', error: error.toData(), leader };
  const message = error instanceof Error ? error.message : String(error);
  return { kind: 'error', error: { code: 'Internal', message, details: {} }, leader };
}
