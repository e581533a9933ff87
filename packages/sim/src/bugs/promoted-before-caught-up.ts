import { type LeaderProgress, type MemberFacts, raftParts } from '@quorate/raft';
import type { PlantedBug } from './plant.ts';

class Membership extends raftParts.Membership {
  protected override factsAt(progress: LeaderProgress): MemberFacts {
    return { ...super.factsAt(progress), isCaughtUp: () => true };
  }
}

/** See `breaks`. */
export const promotedBeforeCaughtUp: PlantedBug = {
  name: 'promoted-before-caught-up',
  breaks:
    'A learner gets its vote before it has caught up: until it has, a group that loses another voter commits nothing.',
  reference: 'dissertation §4.2.1',
  plant: { parts: { Membership } },
};
