import { raftParts } from '@quorate/raft';
import type { PlantedBug } from './plant.ts';

class Voting extends raftParts.Voting {
  protected override isUpToDate(): boolean {
    return true;
  }
}

/** One of the planted bugs. */
export const votesForAnyLog: PlantedBug = {
  name: 'votes-for-any-log',
  breaks: "A vote is given without a look at the candidate's log.",
  reference: 'Raft §5.4.1',
  plant: { parts: { Voting } },
};
