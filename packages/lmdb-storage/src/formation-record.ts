import { createHash } from 'node:crypto';
import { type ClusterName, isName, type NodeId } from '@quorate/actor';
import type { FormationRecord } from '@quorate/raft';
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

/** The record as text: equal records give equal texts, in whatever order their voters and fields stand. */
export function canonicalText(record: FormationRecord): string {
  const voters = record.voters
    .map(({ id, storageId }) => ({ id, storageId }))
    .sort((a, b) => (a.id < b.id ? -1 : a.id > b.id ? 1 : 0));
  const { clusterName, formatVersion, snapshotChecksum } = record;
  return JSON.stringify({ clusterName, formatVersion, snapshotChecksum, voters });
}

/** The id of the cluster that a record formed: the hash of the record, in hexadecimal. */
export function clusterIdOf(record: FormationRecord): string {
  return createHash('sha256').update(canonicalText(record)).digest('hex');
}

/** A node that belongs to one cluster was handed the record of another. */
export class AlreadyFormed extends Error {
  readonly code = 'AlreadyFormed';
  constructor(own: FormationRecord, other: FormationRecord) {
    super(`this node belongs to cluster ${clusterIdOf(own)} and cannot join ${clusterIdOf(other)}`);
    this.name = 'AlreadyFormed';
  }
}
