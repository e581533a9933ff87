import type { ClusterName, GroupId } from '@quorate/actor';
import {
  type Configuration,
  decodeConfiguration,
  encodeConfiguration,
  isLogIndex,
  isTerm,
  type LogIndex,
  type SnapshotPoint,
  type Term,
} from '@quorate/raft';
import { z } from 'zod';

/** Whose snapshots a folder holds. */
export interface SnapshotOwner {
  readonly clusterName: ClusterName;
  readonly clusterId: string;
  readonly group: GroupId;
}

/** What a snapshot file says of itself: nothing that differs between the nodes that may write it. */
export interface SnapshotHeader extends SnapshotPoint {
  readonly clusterName: string;
  readonly clusterId: string;
  readonly group: string;
  /** The state machine's counter of changes. */
  readonly revision: number;
  /** Of all changes up to there. */
  readonly stateHash: number;
}

const headerSchema = z.strictObject({
  clusterName: z.string(),
  clusterId: z.string(),
  group: z.string(),
  index: z.custom<LogIndex>(isLogIndex),
  term: z.custom<Term>(isTerm),
  timestampUs: z.int().nonnegative(),
  logTimeMs: z.int().nonnegative(),
  revision: z.number().int().nonnegative(),
  stateHash: z.number().int().nonnegative(),
  configuration: z.unknown(),
});

/** A header as text: the same for equal headers, in whatever order their members and fields stand. */
export function headerText(header: SnapshotHeader): string {
  const { clusterName, clusterId, group, index, term, timestampUs, logTimeMs, revision, stateHash } = header;
  const configuration: unknown = JSON.parse(configurationText(header.configuration));
  const state = { index, term, timestampUs, logTimeMs, revision, stateHash };
  return JSON.stringify({ clusterName, clusterId, group, ...state, configuration });
}

/** Reads what `headerText` made; null if it is anything else. */
export function parseHeader(text: string): SnapshotHeader | null {
  try {
    const { configuration: value, ...header } = headerSchema.parse(JSON.parse(text));
    const configuration = decodeConfiguration(Buffer.from(JSON.stringify(value)));
    return configuration === null ? null : { ...header, configuration };
  } catch {
    return null;
  }
}

/** What in a header is not what was asked for, or null. */
export function mismatchOf(header: SnapshotHeader, owner: SnapshotOwner, point: SnapshotPoint): string | null {
  const { clusterName, clusterId, group } = owner;
  if (header.clusterName !== clusterName) return `it is of cluster ${header.clusterName}`;
  if (header.clusterId !== clusterId) return `it is of the cluster with id ${header.clusterId}`;
  if (header.group !== group) return `it is of group ${header.group}`;
  if (header.index !== point.index || header.term !== point.term) {
    return `it ends with ${header.index} of term ${header.term}`;
  }
  if (header.timestampUs !== point.timestampUs || header.logTimeMs !== point.logTimeMs)
    return 'it ends at another time';
  const isSame = configurationText(header.configuration) === configurationText(point.configuration);
  return isSame ? null : 'it has other members';
}

function configurationText({ voters, outgoingVoters, learners, removed }: Configuration): string {
  const byId = (a: { readonly id: string }, b: { readonly id: string }): number => (a.id < b.id ? -1 : 1);
  const voter = ({
    id,
    storageId,
  }: {
    readonly id: Configuration['voters'][number]['id'];
    readonly storageId: string;
  }) => ({
    id,
    storageId,
  });
  const bytes = encodeConfiguration({
    voters: voters.map(voter).sort(byId),
    outgoingVoters: outgoingVoters.map(voter).sort(byId),
    learners: learners
      .map(({ id, storageId, isPromotedWhenCaughtUp, replaces }) => ({
        id,
        storageId,
        isPromotedWhenCaughtUp,
        replaces,
      }))
      .sort(byId),
    removed: [...removed].sort(),
  });
  return Buffer.from(bytes).toString('latin1');
}
