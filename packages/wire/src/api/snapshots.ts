import { isLogIndex, isTerm, type LogIndex, type Term } from '@quorate/raft';
import { z } from 'zod';
import { decodeMsgpack, encodeMsgpack } from '../config-store/msgpack.ts';
import { isSnapshotId } from '../snapshot/snapshot-format.ts';
import { InvalidRequest, MalformedMessage } from './errors.ts';

const counter = z.number().int().nonnegative();
const snapshotId = z.string().refine(isSnapshotId);

/** A request for a snapshot. */
export interface SnapshotRequest {
  /** Whether it has to hold all that was committed when it was asked for, and not only what the node has applied. */
  readonly isLinearizable: boolean;
}

const snapshotRequest: z.ZodType<SnapshotRequest> = z.strictObject({ isLinearizable: z.boolean() });

/** The body of a request of `snapshot`. */
export const encodeSnapshotRequest = (request: SnapshotRequest): Uint8Array => encodeMsgpack(request);

/** @throws {InvalidRequest} */
export const snapshotBody = (body: Uint8Array): SnapshotRequest =>
  requested(snapshotRequest, body, 'snapshot takes linearizable, true or false');

/** The newest snapshot of a node. */
export interface TakenSnapshot {
  /** Names its content. */
  readonly id: string;
  /** The entry of the log that it ends with, and that entry's term. */
  readonly index: LogIndex;
  readonly term: Term;
  readonly revision: number;
  readonly bytes: number;
  /** Whether it was taken because it was asked for; else there was one of all that is applied. */
  readonly isNew: boolean;
}

const takenSnapshot: z.ZodType<TakenSnapshot> = z.object({
  id: snapshotId,
  index: z.custom<LogIndex>(isLogIndex),
  term: z.custom<Term>(isTerm),
  revision: counter,
  bytes: counter,
  isNew: z.boolean(),
});

/** The body of a reply of `snapshot`. */
export const encodeTakenSnapshot = (taken: TakenSnapshot): Uint8Array => encodeMsgpack(taken);

/** @throws {MalformedMessage} */
export const decodeTakenSnapshot = (body: Uint8Array): TakenSnapshot => replied(takenSnapshot, body, 'snapshot');

/** A stretch of a snapshot that somebody wants. */
export interface SnapshotReadRequest {
  readonly id: string;
  readonly offset: number;
  readonly maxBytes: number;
}

const readRequest: z.ZodType<SnapshotReadRequest> = z.strictObject({
  id: snapshotId,
  offset: counter,
  maxBytes: counter.min(1),
});

/** The body of a request of `snapshot-read`. */
export const encodeSnapshotRead = (request: SnapshotReadRequest): Uint8Array => encodeMsgpack(request);

/** @throws {InvalidRequest} */
export const snapshotReadBody = (body: Uint8Array): SnapshotReadRequest =>
  requested(readRequest, body, 'snapshot-read takes id, offset and maxBytes');

/** A stretch of a snapshot. */
export interface SnapshotStretch {
  readonly offset: number;
  readonly bytes: Uint8Array;
  /** The CRC-32 of the bytes. */
  readonly checksum: number;
}

const stretch: z.ZodType<SnapshotStretch> = z.object({
  offset: counter,
  bytes: z.instanceof(Uint8Array),
  checksum: counter,
});

/** The body of a reply of `snapshot-read`. */
export const encodeSnapshotStretch = (given: SnapshotStretch): Uint8Array => encodeMsgpack(given);

/** The bytes are a view of `body`. @throws {MalformedMessage} */
export const decodeSnapshotStretch = (body: Uint8Array): SnapshotStretch => replied(stretch, body, 'snapshot-read');

/** A stretch of a snapshot file for a node that is in no cluster, which is to be restored from it. No bytes: how much does it have? */
export interface SnapshotStageRequest extends SnapshotStretch {
  /** The SHA-256 of the whole file's content, in hexadecimal. */
  readonly content: string;
  /** Of the whole file. */
  readonly fileBytes: number;
}

/** The SHA-256 of a snapshot's content: it names a file, and comes from outside. */
export const isContentChecksum = (text: string): boolean => /^[0-9a-f]{64}$/.test(text);

const stageRequest: z.ZodType<SnapshotStageRequest> = z.strictObject({
  content: z.string().refine(isContentChecksum),
  fileBytes: counter,
  offset: counter,
  bytes: z.instanceof(Uint8Array),
  checksum: counter,
});

/** The body of a request of `snapshot-stage`. */
export const encodeSnapshotStage = (request: SnapshotStageRequest): Uint8Array => encodeMsgpack(request);

/** The bytes are a view of `body`. @throws {InvalidRequest} */
export const snapshotStageBody = (body: Uint8Array): SnapshotStageRequest =>
  requested(stageRequest, body, 'snapshot-stage takes content, fileBytes, offset, bytes and checksum');

/** What a node has of a snapshot that it is to be restored from. */
export interface StagedSnapshot {
  /** How many bytes from the beginning on, flushed. */
  readonly storedBytes: number;
  /** Whether all of it is there and was verified. */
  readonly isWhole: boolean;
}

const stagedSnapshot: z.ZodType<StagedSnapshot> = z.object({ storedBytes: counter, isWhole: z.boolean() });

/** The body of a reply of `snapshot-stage`. */
export const encodeStagedSnapshot = (staged: StagedSnapshot): Uint8Array => encodeMsgpack(staged);

/** @throws {MalformedMessage} */
export const decodeStagedSnapshot = (body: Uint8Array): StagedSnapshot =>
  replied(stagedSnapshot, body, 'snapshot-stage');

function requested<Output>(schema: z.ZodType<Output>, body: Uint8Array, reason: string): Output {
  const parsed = schema.safeParse(decoded(body));
  if (parsed.success) return parsed.data;
  throw new InvalidRequest({ reason, field: null });
}

function replied<Output>(schema: z.ZodType<Output>, body: Uint8Array, endpoint: string): Output {
  const parsed = schema.safeParse(decoded(body));
  if (parsed.success) return parsed.data;
  throw new MalformedMessage({ what: `reply of ${endpoint}` });
}

function decoded(body: Uint8Array): unknown {
  try {
    return decodeMsgpack(body);
  } catch {
    return null;
  }
}
