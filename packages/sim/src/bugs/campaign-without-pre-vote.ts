import { raftParts } from '@quorate/raft';
import type { PlantedBug } from './plant.ts';

class Ballot extends raftParts.Ballot {
  override get isGranted(): boolean {
    return this.stage === 'preVote' || super.isGranted;
  }
}

/** One of the planted bugs. */
export const campaignWithoutPreVote: PlantedBug = {
  name: 'campaign-without-pre-vote',
  breaks:
    'A node raises its term as soon as it hears no leader, without having asked whether anyone would vote for it.',
  reference: 'Raft dissertation §9.6; etcd#8498: PreVote and CheckQuorum',
  plant: { parts: { Ballot } },
};
