import { createHash } from 'node:crypto';
import type { FormationRecord } from '@quorate/raft';

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
