import { raftParts } from '@quorate/raft';
import type { PlantedBug } from './plant.ts';

class FailureDetector extends raftParts.FailureDetector {
  override heard(nowMs: number): void {
    if (this.stage !== 'offline') super.heard(nowMs);
  }
}

/** See `breaks`. */
export const autoRemovalOfTheLiving: PlantedBug = {
  name: 'auto-removal-of-the-living',
  breaks: 'A peer that was offline once stays so though it is heard again, and is removed.',
  reference: 'the rules of autoRemoveAfter: one at a time, long gone, three are left',
  plant: { parts: { FailureDetector } },
};
