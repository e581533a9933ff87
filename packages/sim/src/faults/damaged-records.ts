import { type LogEntry, type LogIndex, logIndex, type RaftSettings } from '@quorate/raft';
import type { Disk } from '../disk/disk.ts';
import type { RandomStream } from '../host/random-stream.ts';
import type { SimulatedCluster } from '../host/simulated-cluster.ts';
import type { SimulatedNode } from '../host/simulated-node.ts';
import type { CommittedEntries } from '../invariants/committed-entries.ts';

/** Draws records of a log, most of them near its end. */
export function pickIndexes(disk: Disk, most: number, random: RandomStream): readonly LogIndex[] {
  const picked = new Set<LogIndex>();
  for (let at = 0; at < most && disk.entries.length > 0; at += 1) {
    const fromEnd = Math.floor(random.next() ** 3 * disk.entries.length);
    picked.add(logIndex(disk.lastIndex - fromEnd));
  }
  return [...picked].sort((one, other) => one - other);
}

/**
 * Draws records from the end of a log that has what nobody committed, but for the first of those: there, other logs have other entries, or will have,
 * and only a leader can say so.
 */
export function pickOvertaken(
  disk: Disk,
  committed: CommittedEntries,
  most: number,
  random: RandomStream,
): readonly LogIndex[] {
  const isCommitted = ({ index, term }: LogEntry): boolean => committed.at(index)?.entry.term === term;
  const [, ...others] = disk.entries.filter((entry) => !isCommitted(entry) && entry.index > disk.base.index);
  return others
    .map(({ index }) => index)
    .filter(() => random.chance(0.6))
    .slice(-most);
}

/** So many entries are written at most before damaged logs are mended. */
const entriesWhileMending = 100;

/** Whether a node's log still has an entry when it is asked for it: not if a snapshot is about to take its place. */
function staysInLog({ disk }: SimulatedNode, index: LogIndex, settings: RaftSettings): boolean {
  const { snapshotEntries, logTailEntries } = settings;
  const nextSnapshot = snapshotEntries * Math.ceil((disk.lastIndex + 1) / snapshotEntries);
  return nextSnapshot > disk.lastIndex + entriesWhileMending || index > nextSnapshot - logTailEntries;
}

/**
 * Draws records of all members' logs, so that of each there is another copy, and will be: then the group must come back, also if no log is whole. Where all that have a record may compact it
 * too few good copies are left, and the group may stay down. Nothing, if any log is damaged already.
 */
export function spreadDamage(
  cluster: SimulatedCluster,
  most: number,
  random: RandomStream,
): ReadonlyMap<SimulatedNode, readonly LogIndex[]> {
  const damaged = new Map<SimulatedNode, readonly LogIndex[]>();
  const { members } = cluster;
  if (members.some(({ disk }) => disk.beforeDamage !== null)) return damaged;
  for (const node of members) {
    const isElsewhere = (index: LogIndex): boolean =>
      members.some(
        (other) =>
          other !== node &&
          other.disk.entryAt(index) !== undefined &&
          staysInLog(other, index, cluster.settings) &&
          other.disk.entryAt(index)?.term === node.disk.entryAt(index)?.term &&
          !damaged.get(other)?.includes(index),
      );
    const indexes = pickIndexes(node.disk, most, random).filter(isElsewhere);
    if (indexes.length > 0 && random.chance(0.8)) damaged.set(node, indexes);
  }
  return damaged;
}
