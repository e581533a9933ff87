import { raftParts } from '@quorate/raft';
import type { PlantedBug } from './plant.ts';

class Voting extends raftParts.Voting {
  protected override get abstains(): boolean {
    return false;
  }
}

/** One of the planted bugs. */
export const damagedLogVotes: PlantedBug = {
  name: 'damaged-log-votes',
  breaks: 'A node whose log was damaged votes, and campaigns, before the log is whole again.',
  reference: '"Protocol-Aware Recovery for Consensus-Based Storage", FAST 2018; the design: corrupt is not absent',
  plant: { parts: { Voting } },
};
