import { frameWriter, isCounter } from '../config-store/frame-writer.ts';
import { decodeMsgpack } from '../config-store/msgpack.ts';
import { API_FORMAT_VERSION } from './request.ts';

/** As many requests share a message at most: a node refuses more. */
export const MAX_SHARED_REQUESTS = 128;

/** What an envelope adds to each frame in it, at most. */
export const SHARED_FRAME_BYTES = 16;

/** An array of two: a request by itself has three parts or four, and JSON begins with `{`. */
const sharedHead = 0x92;

/** `[1, [request, …]]`: requests for one endpoint, as `encodeRequest` makes them, that were ready together. */
export function encodeSharedRequests(requests: readonly Uint8Array[]): Uint8Array {
  const frame = frameWriter.begin(2).counter(API_FORMAT_VERSION).array(requests.length);
  for (const request of requests) frame.bytes(request);
  return frame.take();
}

/** The requests that share a message, as views of `bytes`; null if it is no such message: then it is one request, or none. */
export function decodeSharedRequests(bytes: Uint8Array): readonly Uint8Array[] | null {
  const requests = sharedIn(bytes);
  if (requests === null || requests.length === 0 || requests.length > MAX_SHARED_REQUESTS) return null;
  return requests.every(isBytes) ? requests : null;
}

/** A reply to one of the requests that shared a message. */
export interface SharedReply {
  /** Which request it answers: the first is 0. */
  readonly ordinal: number;
  /** As `encodeReply` makes it. */
  readonly reply: Uint8Array;
}

/** `[1, [[ordinal, reply], …]]`: what was ready together; the rest follows in other messages. */
export function encodeSharedReplies(replies: readonly SharedReply[]): Uint8Array {
  const frame = frameWriter.begin(2).counter(API_FORMAT_VERSION).array(replies.length);
  for (const { ordinal, reply } of replies) frame.array(2).counter(ordinal).bytes(reply);
  return frame.take();
}

/** The replies in a message, as views of `bytes`; null if it is no such message: then it is one reply, to all, or none. */
export function decodeSharedReplies(bytes: Uint8Array): readonly SharedReply[] | null {
  const pairs = sharedIn(bytes);
  if (pairs === null) return null;
  const replies: SharedReply[] = [];
  for (const pair of pairs) {
    if (!Array.isArray(pair) || pair.length !== 2) return null;
    const [ordinal, reply]: readonly unknown[] = pair;
    if (!isCounter(ordinal) || !isBytes(reply)) return null;
    replies.push({ ordinal, reply });
  }
  return replies;
}

/** What shares a message, not looked at; null if it is no such message. */
function sharedIn(bytes: Uint8Array): readonly unknown[] | null {
  if (bytes[0] !== sharedHead) return null;
  try {
    const frame = decodeMsgpack(bytes);
    if (!Array.isArray(frame) || frame.length !== 2 || frame[0] !== API_FORMAT_VERSION) return null;
    const shared: unknown = frame[1];
    return Array.isArray(shared) ? shared : null;
  } catch {
    return null;
  }
}

const isBytes = (value: unknown): value is Uint8Array => value instanceof Uint8Array;
