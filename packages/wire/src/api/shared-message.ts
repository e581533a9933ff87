import { z } from 'zod';
import { decodeMsgpack, encodeMsgpack } from '../config-store/msgpack.ts';
import { API_FORMAT_VERSION } from './request.ts';

/** As many requests share a message at most: a node refuses more. */
export const MAX_SHARED_REQUESTS = 128;

/** What an envelope adds to each frame in it, at most. */
export const SHARED_FRAME_BYTES = 16;

/** An array of two: a request by itself has three parts or four, and JSON begins with `{`. */
const sharedHead = 0x92;

/** `[1, [request, …]]`: requests for one endpoint, as `encodeRequest` makes them, that were ready together. */
export function encodeSharedRequests(requests: readonly Uint8Array[]): Uint8Array {
  return encodeMsgpack([API_FORMAT_VERSION, requests]);
}

const requestsFrame = z
  .tuple([z.literal(API_FORMAT_VERSION), z.array(z.instanceof(Uint8Array)).min(1).max(MAX_SHARED_REQUESTS)])
  .transform(([, requests]) => requests);

/** The requests that share a message, as views of `bytes`; null if it is no such message: then it is one request, or none. */
export const decodeSharedRequests = (bytes: Uint8Array): readonly Uint8Array[] | null => decoded(requestsFrame, bytes);

/** A reply to one of the requests that shared a message. */
export interface SharedReply {
  /** Which request it answers: the first is 0. */
  readonly ordinal: number;
  /** As `encodeReply` makes it. */
  readonly reply: Uint8Array;
}

/** `[1, [[ordinal, reply], …]]`: what was ready together; the rest follows in other messages. */
export function encodeSharedReplies(replies: readonly SharedReply[]): Uint8Array {
  return encodeMsgpack([API_FORMAT_VERSION, replies.map(({ ordinal, reply }) => [ordinal, reply])]);
}

const repliesFrame = z
  .tuple([z.literal(API_FORMAT_VERSION), z.array(z.tuple([z.number(), z.instanceof(Uint8Array)]))])
  .transform(([, replies]) => replies.map(([ordinal, reply]) => ({ ordinal, reply })));

/** The replies in a message, as views of `bytes`; null if it is no such message: then it is one reply, to all, or none. */
export const decodeSharedReplies = (bytes: Uint8Array): readonly SharedReply[] | null => decoded(repliesFrame, bytes);

function decoded<Frame>(frame: z.ZodType<Frame>, bytes: Uint8Array): Frame | null {
  if (bytes[0] !== sharedHead) return null;
  try {
    return frame.safeParse(decodeMsgpack(bytes)).data ?? null;
  } catch {
    return null;
  }
}
