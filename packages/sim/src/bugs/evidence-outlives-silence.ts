import { raftParts } from '@quorate/raft';
import type { PlantedBug } from './plant.ts';

class LeaderWatch extends raftParts.LeaderWatch {
  protected override forgetEvidence(): void {
    if (!this.isGone) super.forgetEvidence();
  }
}

/** One of the planted bugs. */
export const evidenceOutlivesSilence: PlantedBug = {
  name: 'evidence-outlives-silence',
  breaks: 'A leader that was gone once is not protected when it is heard again.',
  reference: 'rule 12: evidence ends when that leader is heard',
  plant: { parts: { LeaderWatch } },
};
