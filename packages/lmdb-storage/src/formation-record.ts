import { type ClusterName, isName, type NodeId } from '@quorate/actor';
import type { FormationRecord } from '@quorate/raft';
import { clusterIdOf } from '@quorate/wire';
import { z } from 'zod';

const name = <Name extends string>() => z.custom<Name>((value) => typeof value === 'string' && isName(value));

/** A storage id: 128 random bits in hexadecimal. */
export const storageIdSchema = z.string().regex(/^[0-9a-f]{32}$/);

/** Validates a formation record that came from outside. */
export const formationRecordSchema: z.ZodType<FormationRecord> = z
  .strictObject({
    formatVersion: z.literal(1),
    clusterName: name<ClusterName>(),
    voters: z.array(z.strictObject({ id: name<NodeId>(), storageId: storageIdSchema })).min(1),
    snapshotChecksum: z.string().min(1).nullable(),
  })
  .refine(({ voters }) => new Set(voters.map(({ id }) => id)).size === voters.length, 'a voter is named twice');

/** A cluster was restored from a snapshot, and this node, which is one of its first voters, has not got it: it would begin with an empty log, and vote. */
export class SnapshotNotStaged extends Error {
  readonly code = 'SnapshotNotStaged';
  constructor(record: FormationRecord) {
    super(
      `this node has not got the snapshot ${record.snapshotChecksum} that cluster ${clusterIdOf(record)} is restored from`,
    );
    this.name = 'SnapshotNotStaged';
  }
}

/** A node that belongs to one cluster was handed the record of another. */
export class AlreadyFormed extends Error {
  readonly code = 'AlreadyFormed';
  constructor(own: FormationRecord, other: FormationRecord) {
    super(`this node belongs to cluster ${clusterIdOf(own)} and cannot join ${clusterIdOf(other)}`);
    this.name = 'AlreadyFormed';
  }
}
