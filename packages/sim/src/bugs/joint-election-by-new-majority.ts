import { type BallotOptions, raftParts } from '@quorate/raft';
import type { PlantedBug } from './plant.ts';

class Ballot extends raftParts.Ballot {
  constructor(options: BallotOptions) {
    super({ ...options, configuration: { ...options.configuration, outgoingVoters: [] } });
  }
}

/** See `breaks`. */
export const jointElectionByNewMajority: PlantedBug = {
  name: 'joint-election-by-new-majority',
  breaks: 'While the voters change, a majority of the new ones alone elects.',
  reference: 'Raft §6: agreement, for elections too, requires majorities from both configurations',
  plant: { parts: { Ballot } },
};
