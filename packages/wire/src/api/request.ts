import { frameWriter, isCounter } from '../config-store/frame-writer.ts';
import { decodeMsgpack, encodeMsgpack } from '../config-store/msgpack.ts';
import { checkClusterTag } from './cluster-tag.ts';
import { type Endpoint, isReadEndpoint } from './endpoint.ts';
import { InvalidRequest } from './errors.ts';
import { decodeJsonRequest } from './json-request.ts';
import { defaultReadOptions, type ReadOptions, readOptionsOf, saidOptions } from './read-options.ts';
import { checkTimeout } from './timeout.ts';

/** The version of the frames of requests, replies, pages and streams. A node refuses any other. */
export const API_FORMAT_VERSION = 1;

/** A request as a node takes it. */
export interface ApiRequest {
  /** How it was written, and is to be answered. */
  readonly format: 'msgpack' | 'json';
  /** How long the caller waits for the answer. */
  readonly timeoutMs: number;
  /** The encoded command, query or request of pages, whatever the format: `commandBody` and its kin read it. */
  readonly body: Uint8Array;
  /** Of a read. */
  readonly read: ReadOptions;
  /** The tag of the cluster that it is for; empty if its sender has to be told which answers; null if that is all the same. */
  readonly cluster: string | null;
}

/**
 * `[1, timeoutMs, body]`, and behind them the tag of a cluster, if one is named. A read that is to be other than usual has a map there: `consistency`,
 * `maxStalenessMs` and `minRevision`, as far as they differ, and `cluster`.
 */
export function encodeRequest(request: {
  readonly timeoutMs: number;
  readonly body: Uint8Array;
  readonly read?: ReadOptions;
  readonly cluster?: string;
}): Uint8Array {
  const { timeoutMs, body, read = defaultReadOptions, cluster } = request;
  const said = read === defaultReadOptions ? null : saidOptions(read);
  if (said === null && isCounter(timeoutMs)) {
    const frame = frameWriter.begin(cluster === undefined ? 3 : 4);
    const parts = frame.counter(API_FORMAT_VERSION).counter(timeoutMs).bytes(body);
    return (cluster === undefined ? parts : parts.plainText(cluster)).take();
  }
  // What is no timeout is for the node to refuse.
  const last = said === null ? cluster : { ...said, ...(cluster === undefined ? {} : { cluster }) };
  return encodeMsgpack([API_FORMAT_VERSION, timeoutMs, body, ...(last === undefined ? [] : [last])]);
}

interface RequestParts {
  readonly timeoutMs: unknown;
  readonly body: Uint8Array;
  readonly cluster: unknown;
  /** Of a read. */
  readonly options: Readonly<Record<string, unknown>> | null;
}

/** What a frame holds. By hand: every request passes here. Null if it is none. */
function partsOf(frame: unknown): RequestParts | null {
  if (!Array.isArray(frame) || frame.length < 3 || frame.length > 4) return null;
  const [version, timeoutMs, body, last]: unknown[] = frame;
  if (version !== API_FORMAT_VERSION || !(body instanceof Uint8Array)) return null;
  if (frame.length === 3) return { timeoutMs, body, cluster: null, options: null };
  if (typeof last === 'string') return { timeoutMs, body, cluster: last, options: null };
  if (!isMap(last)) return null;
  const { cluster = null, ...options } = last;
  return { timeoutMs, body, cluster, options };
}

/** What msgpack has as a map. */
const isMap = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Uint8Array);

/** What may stand before the `{` of a JSON request. No request in msgpack begins with any of them. */
const whiteSpace: ReadonlySet<number | undefined> = new Set([0x20, 0x09, 0x0a, 0x0d]);

/** Whether a request is JSON, and is to be answered so: it begins with `{`, or with white space, or has no bytes at all. */
export const isJsonRequest = (bytes: Uint8Array): boolean =>
  bytes.length === 0 || bytes[0] === 0x7b || whiteSpace.has(bytes[0]);

/**
 * Reads a request in either format, which `isJsonRequest` tells apart; nothing at all is taken for `{}`.
 * The body of a msgpack request is a view of `bytes`, not looked at yet.
 * @throws {InvalidRequest} and, for JSON, the errors of what it holds, such as `InvalidRevision`
 */
export function decodeRequest(endpoint: Endpoint, bytes: Uint8Array): ApiRequest {
  if (isJsonRequest(bytes)) return { format: 'json', ...decodeJsonRequest(endpoint, bytes) };
  const parts = partsOf(frameOf(bytes));
  if (parts === null) throw noRequest();
  const { timeoutMs, body, cluster, options } = parts;
  if (options !== null && !isReadEndpoint(endpoint)) throw noRequest();
  return {
    format: 'msgpack',
    timeoutMs: checkTimeout(timeoutMs),
    body,
    read: options === null ? defaultReadOptions : readOptionsOf(options),
    cluster: cluster === null ? null : checkClusterTag(cluster),
  };
}

const noRequest = (): InvalidRequest => new InvalidRequest({ reason: 'it is no request of this format', field: null });

function frameOf(bytes: Uint8Array): unknown {
  const frame = decoded(bytes);
  const version: unknown = Array.isArray(frame) ? frame[0] : null;
  if (typeof version === 'number' && version !== API_FORMAT_VERSION) {
    const reason = `format version ${version} is not known, ${API_FORMAT_VERSION} is`;
    throw new InvalidRequest({ reason, field: null });
  }
  return frame;
}

function decoded(bytes: Uint8Array): unknown {
  try {
    return decodeMsgpack(bytes);
  } catch {
    throw new InvalidRequest({ reason: 'it is neither msgpack nor JSON', field: null });
  }
}
