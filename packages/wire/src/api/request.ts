import { z } from 'zod';
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

/** `[1, timeoutMs, body]`, or `[1, timeoutMs, body, options]`: of any request `cluster`, and of a read that is to be other than usual `consistency`, `maxStalenessMs` and `minRevision`, as far as they differ. */
export function encodeRequest(request: {
  readonly timeoutMs: number;
  readonly body: Uint8Array;
  readonly read?: ReadOptions;
  readonly cluster?: string;
}): Uint8Array {
  const { timeoutMs, body, read = defaultReadOptions, cluster } = request;
  const said = saidOptions(read);
  const options =
    said === null && cluster === undefined ? [] : [{ ...said, ...(cluster === undefined ? {} : { cluster }) }];
  return encodeMsgpack([API_FORMAT_VERSION, timeoutMs, body, ...options]);
}

const plainFrame = z
  .tuple([z.literal(API_FORMAT_VERSION), z.unknown(), z.instanceof(Uint8Array)])
  .transform(([, timeoutMs, body]) => ({ timeoutMs, body, options: {} }));
const frameWithOptions = z
  .tuple([z.literal(API_FORMAT_VERSION), z.unknown(), z.instanceof(Uint8Array), z.record(z.string(), z.unknown())])
  .transform(([, timeoutMs, body, options]) => ({ timeoutMs, body, options }));

const requestFrame = z.union([plainFrame, frameWithOptions]);

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
  const frame = requestFrame.safeParse(frameOf(bytes));
  if (!frame.success) throw noRequest();
  const { timeoutMs, body, options } = frame.data;
  const { cluster: given, ...readOptions }: Readonly<Record<string, unknown>> = options;
  if (!isReadEndpoint(endpoint) && Object.keys(readOptions).length > 0) throw noRequest();
  const cluster = given === undefined ? null : checkClusterTag(given);
  return { format: 'msgpack', timeoutMs: checkTimeout(timeoutMs), body, read: readOptionsOf(readOptions), cluster };
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
