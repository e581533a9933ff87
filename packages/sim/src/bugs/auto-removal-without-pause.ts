import { raftParts } from '@quorate/raft';
import type { PlantedBug } from './plant.ts';

class AutoRemoval extends raftParts.AutoRemoval {
  protected override pauseMs(): number {
    return 0;
  }
}

/** See `breaks`. */
export const autoRemovalWithoutPause: PlantedBug = {
  name: 'auto-removal-without-pause',
  breaks:
    'A leader removes one voter after the other: whatever takes many away at once, as a broken network does, takes them for good.',
  reference: 'the rules of autoRemoveAfter: one at a time, long gone, three are left',
  plant: { parts: { AutoRemoval } },
};
