import type { NodeId, Sender } from '@quorate/actor';
import { type LogEntry, protocolOf } from '@quorate/raft';
import { decodeMsgpack, encodeMsgpack } from '../config-store/msgpack.ts';

/** The version of the frame of messages between actors. A node drops what has another. */
export const PEER_FORMAT_VERSION = 2;

/** Why a message was dropped before any actor saw it. */
export type DropReason =
  | 'notMsgpack'
  | 'wrongShape'
  | 'formatVersion'
  | 'otherCluster'
  | 'removedNode'
  | 'wrongSubject'
  | 'wrongKind'
  | 'notOwn'
  | 'tooLarge';

/** What stands before every message: which cluster it is of, and which life of which disk speaks. */
export interface PeerHeader {
  readonly clusterId: string;
  readonly storageId: string;
  readonly incarnation: number;
}

/** A message to an actor, as a value: its kind says which. */
export interface ActorMessage {
  readonly kind: string;
}

/** Whom a message is to reach, and who may speak to that actor of what. */
export interface Receiver {
  readonly clusterId: string;
  /** How the receiving node signs: in-node kinds are taken from this very incarnation alone. */
  readonly identity: Sender;
  /** By its subject, which NATS permissions bind; the payload is not asked. */
  readonly from: NodeId;
  readonly actor: string;
}

/** A message that its actor may see, or why it may not. */
export type Decoded =
  | { readonly kind: 'message'; readonly message: ActorMessage; readonly sender: Sender }
  | { readonly kind: 'dropped'; readonly reason: DropReason };

/** `[2, clusterId, storageId, incarnation, kind, fields]`; log entries in the fields are `[term, index, kind, timestampUs, logTimeMs, command, fields | null]`. */
export function encodePeerMessage(header: PeerHeader, message: ActorMessage): Uint8Array {
  const { kind, ...fields } = message;
  const { clusterId, storageId, incarnation } = header;
  return encodeMsgpack([PEER_FORMAT_VERSION, clusterId, storageId, incarnation, kind, packed(fields)]);
}

/**
 * Reads a message and checks all that can be checked before its actor sees it: the format, the cluster, that the kind belongs
 * to the actor, that in-node kinds come from the node itself, and the shape. Bytes in it are views of `bytes`.
 */
export function decodePeerMessage(bytes: Uint8Array, receiver: Receiver): Decoded {
  const protocol = protocolOf(receiver.actor);
  if (protocol === null) return dropped('wrongSubject');
  const frame = frameOf(bytes);
  if (typeof frame === 'string') return dropped(frame);
  const { header, kind, fields } = frame;
  if (header.clusterId !== receiver.clusterId) return dropped('otherCluster');
  const sender = { node: receiver.from, storageId: header.storageId, incarnation: header.incarnation };
  const inNode = Object.hasOwn(protocol.node, kind);
  if (inNode && !isSame(sender, receiver.identity)) return dropped('notOwn');
  const schema = inNode ? protocol.node[kind] : Object.hasOwn(protocol.peer, kind) ? protocol.peer[kind] : undefined;
  if (schema === undefined) return dropped('wrongKind');
  const parsed = schema.safeParse(fields);
  if (!parsed.success || typeof parsed.data !== 'object') return dropped('wrongShape');
  return { kind: 'message', message: { ...parsed.data, kind }, sender };
}

const dropped = (reason: DropReason): Decoded => ({ kind: 'dropped', reason });

const isSame = (a: Sender, b: Sender): boolean =>
  a.node === b.node && a.storageId === b.storageId && a.incarnation === b.incarnation;

interface Frame {
  readonly header: PeerHeader;
  readonly kind: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

function frameOf(bytes: Uint8Array): Frame | 'notMsgpack' | 'formatVersion' | 'wrongShape' {
  let frame: unknown;
  try {
    frame = decodeMsgpack(bytes);
  } catch {
    return 'notMsgpack';
  }
  if (!Array.isArray(frame)) return 'wrongShape';
  const [version, clusterId, storageId, incarnation, kind, fields]: unknown[] = frame;
  if (version !== PEER_FORMAT_VERSION) return 'formatVersion';
  if (typeof clusterId !== 'string' || typeof storageId !== 'string' || typeof kind !== 'string') return 'wrongShape';
  if (!Number.isSafeInteger(incarnation) || !isRecord(fields)) return 'wrongShape';
  return { header: { clusterId, storageId, incarnation: Number(incarnation) }, kind, fields: unpacked(fields) };
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Uint8Array);

/** Entries are the bulk of the traffic: without the names of their fields they are half as long. */
function packed(fields: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const { entries } = fields;
  return Array.isArray(entries) ? { ...fields, entries: entries.map(packedEntry) } : fields;
}

const packedEntry = (entry: LogEntry): readonly unknown[] => [
  entry.term,
  entry.index,
  entry.kind,
  entry.timestampUs,
  entry.logTimeMs,
  entry.command,
  entry.fields ?? null,
];

function unpacked(fields: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const { entries } = fields;
  return Array.isArray(entries) ? { ...fields, entries: entries.map(unpackedEntry) } : fields;
}

/** What is no packed entry stays what it is, for the schema to refuse. */
function unpackedEntry(packedOne: unknown): unknown {
  if (!Array.isArray(packedOne) || packedOne.length !== 7) return packedOne;
  const [term, index, kind, timestampUs, logTimeMs, command, fields]: unknown[] = packedOne;
  const entry = { term, index, kind, timestampUs, logTimeMs, command };
  return fields === null ? entry : { ...entry, fields };
}
