import type { ClusterName } from '@quorate/actor';
import type { Voter } from './types.ts';

/** How a cluster was formed. Every node is handed the same record and accepts one, ever, so that a cluster is born once; its hash is the cluster's id. */
export interface FormationRecord {
  readonly formatVersion: 1;
  readonly clusterName: ClusterName;
  /** The first voters, each with the disk that it had then. */
  readonly voters: readonly Voter[];
  /** The checksum of the snapshot that the cluster was restored from, or null for an empty one. */
  readonly snapshotChecksum: string | null;
}
