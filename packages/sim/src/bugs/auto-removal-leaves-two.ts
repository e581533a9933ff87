import { raftParts } from '@quorate/raft';
import type { PlantedBug } from './plant.ts';

class AutoRemoval extends raftParts.AutoRemoval {
  protected override readonly leastVotersLeft = 2;
}

/** See `breaks`. */
export const autoRemovalLeavesTwo: PlantedBug = {
  name: 'auto-removal-leaves-two',
  breaks: 'A leader removes a voter that is gone though two are left then: the next loss stops the group.',
  reference: 'the rules of autoRemoveAfter: one at a time, long gone, three are left',
  plant: { parts: { AutoRemoval } },
};
