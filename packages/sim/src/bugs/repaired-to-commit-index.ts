import { type LogIndex, type LogState, raftParts } from '@quorate/raft';
import type { PlantedBug } from './plant.ts';

class LeaderDesk extends raftParts.LeaderDesk {
  protected override repairIndex({ commitIndex }: LogState): LogIndex {
    return commitIndex;
  }
}

/** One of the planted bugs. */
export const repairedToCommitIndex: PlantedBug = {
  name: 'repaired-to-commit-index',
  breaks:
    'A damaged log counts as whole when it has what is committed, without what was acknowledged and is not committed yet.',
  reference: '"Protocol-Aware Recovery for Consensus-Based Storage", FAST 2018; the design: corrupt is not absent',
  plant: { parts: { LeaderDesk } },
};
