import type { FormationRecord } from '@quorate/raft';
import { clusterIdOf, type Hello } from '@quorate/wire';
import { checkClusterName } from './check-options.ts';
import { FormationRefused } from './errors.ts';

/**
 * The record of a cluster of those voters, which say so of themselves in `hellos`. With the checksum of a snapshot that it is restored from,
 * nodes that have that very record already are no hindrance, as long as one lacks it: what was begun is finished.
 * @throws {FormationRefused} naming the node that stands in the way
 */
export function formationRecordOf(
  cluster: string,
  voters: readonly string[],
  hellos: readonly Hello[],
  snapshotChecksum: string | null = null,
): FormationRecord {
  const begun = snapshotChecksum === null ? null : begunBy(recordOf(cluster, voters, hellos, snapshotChecksum), hellos);
  if (begun !== null) return begun;
  const taken = hellos.find(({ formation }) => formation !== 'unformed');
  if (taken !== undefined) {
    const reason = taken.formation === 'formed' ? 'is in a cluster already' : 'has a spent id';
    throw new FormationRefused({ reason, node: taken.id });
  }
  const missing = voters.filter((voter) => !hellos.some(({ id }) => id === voter));
  const [first, ...others] = missing;
  if (first !== undefined) {
    const reason = others.length === 0 ? 'does not answer' : `does not answer, nor does ${others.join(', ')}`;
    throw new FormationRefused({ reason, node: first });
  }
  const record = recordOf(cluster, voters, hellos, snapshotChecksum);
  if (record !== null) return record;
  const twin = voters.find((voter) => hellos.filter(({ id }) => id === voter).length > 1);
  throw new FormationRefused({ reason: 'answers twice, with two data folders', node: twin ?? null });
}

/** Null unless each voter answered, with one data folder. */
function recordOf(
  cluster: string,
  voters: readonly string[],
  hellos: readonly Hello[],
  snapshotChecksum: string | null,
): FormationRecord | null {
  const found = voters.map((voter) => hellos.filter(({ id }) => id === voter));
  const alone = found.flatMap(([hello, twin]) => (hello === undefined || twin !== undefined ? [] : [hello]));
  if (alone.length < voters.length) return null;
  const disks = alone.map(({ id, storageId }) => ({ id, storageId }));
  return { formatVersion: 1, clusterName: checkClusterName(cluster), voters: disks, snapshotChecksum };
}

/** The record, if some of its voters have it, others are in no cluster, and nobody is in any other. */
function begunBy(record: FormationRecord | null, hellos: readonly Hello[]): FormationRecord | null {
  if (record === null) return null;
  const clusterId = clusterIdOf(record);
  const inside = hellos.filter(({ formation }) => formation !== 'unformed');
  const isBegun = inside.length > 0 && inside.every((hello) => hello.clusterId === clusterId);
  const lacks = record.voters.some(({ id }) => !inside.some((hello) => hello.id === id));
  return isBegun && lacks ? record : null;
}
