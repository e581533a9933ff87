import { raftParts } from '@quorate/raft';
import type { PlantedBug } from './plant.ts';

class GroupClock extends raftParts.GroupClock {
  override reachedMs(): number {
    return this.ownMs;
  }
}

/** See `breaks`. */
export const timestampsFollowTheLeadersClock: PlantedBug = {
  name: 'timestamps-follow-the-leaders-clock',
  breaks:
    'The leader believes its own wall clock, and asks nobody: one machine that is an hour ahead takes the group with it, for good.',
  reference: 'RFC 5905 §11.2.1: the clocks of a majority that agree are believed, and those of a minority are not',
  plant: { parts: { GroupClock } },
};
