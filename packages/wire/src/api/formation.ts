import { type ClusterName, isName, type NodeId } from '@quorate/actor';
import type { FormationRecord, Learner, Voter } from '@quorate/raft';
import { z } from 'zod';
import { decodeMsgpack, encodeMsgpack } from '../config-store/msgpack.ts';
import { InvalidRequest, MalformedMessage } from './errors.ts';

/** A node's id as it comes from outside. */
export const nodeIdSchema: z.ZodType<NodeId> = z.custom<NodeId>((id) => typeof id === 'string' && isName(id));

/** The random name of a data folder. */
export const storageIdSchema: z.ZodType<string> = z.string().regex(/^[A-Za-z0-9_-]{1,64}$/);

/** A voter as it comes from outside. */
export const voterSchema: z.ZodType<Voter> = z.object({ id: nodeIdSchema, storageId: storageIdSchema });

/** A learner as it comes from outside. */
export const learnerSchema: z.ZodType<Learner> = z.object({
  id: nodeIdSchema,
  storageId: storageIdSchema,
  isPromotedWhenCaughtUp: z.boolean(),
  replaces: nodeIdSchema.nullable(),
});

/** Whether a node is in a cluster: `spent` is one whose id the cluster knows with another data folder, or has removed. */
export const formationSchema = z.enum(['unformed', 'formed', 'spent']);

/** Whether a node is in a cluster. */
export type Formation = z.infer<typeof formationSchema>;

/** A node's answer to `hello`: who it is, before anything else about it matters. */
export interface Hello {
  readonly id: NodeId;
  readonly storageId: string;
  /** The version of Quorate that it runs. */
  readonly version: string;
  readonly formation: Formation;
  /** The cluster that it is in, or null. */
  readonly clusterId: string | null;
}

const helloSchema: z.ZodType<Hello> = z.object({
  id: nodeIdSchema,
  storageId: storageIdSchema,
  version: z.string(),
  formation: formationSchema,
  clusterId: z.string().nullable(),
});

/** The body of a reply to `hello`, and to `form`. */
export const encodeHello = (hello: Hello): Uint8Array => encodeMsgpack(hello);

/** @throws {MalformedMessage} */
export function decodeHello(body: Uint8Array): Hello {
  const hello = helloSchema.safeParse(decoded(body));
  if (!hello.success) throw new MalformedMessage({ what: 'hello' });
  return hello.data;
}

const RECORD_VERSION = 1;

/** `[1, clusterName, [[id, storageId], …], snapshotChecksum | null]`: the body of a `form` request. */
export function encodeFormationRecord(record: FormationRecord): Uint8Array {
  const voters = record.voters.map(({ id, storageId }) => [id, storageId]);
  return encodeMsgpack([RECORD_VERSION, record.clusterName, voters, record.snapshotChecksum]);
}

const recordFrame = z.tuple([
  z.literal(RECORD_VERSION),
  z.custom<ClusterName>((name) => typeof name === 'string' && isName(name)),
  z
    .array(z.tuple([nodeIdSchema, storageIdSchema]))
    .min(1)
    .refine((voters) => new Set(voters.map(([id]) => id)).size === voters.length),
  z.string().nullable(),
]);

/** @throws {InvalidRequest} unless it is a record of this version with one voter at least, none of them twice */
export function decodeFormationRecord(bytes: Uint8Array): FormationRecord {
  const frame = recordFrame.safeParse(decoded(bytes));
  if (!frame.success) {
    const reason = 'form takes the name of a cluster, its voters, each once, and the checksum of a snapshot or null';
    throw new InvalidRequest({ reason, field: null });
  }
  const [formatVersion, clusterName, pairs, snapshotChecksum] = frame.data;
  const voters = pairs.map(([id, storageId]) => ({ id, storageId }));
  return { formatVersion, clusterName, voters, snapshotChecksum };
}

function decoded(bytes: Uint8Array): unknown {
  try {
    return decodeMsgpack(bytes);
  } catch {
    return null;
  }
}
