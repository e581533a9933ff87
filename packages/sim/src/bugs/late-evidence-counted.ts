import { raftParts } from '@quorate/raft';
import type { PlantedBug } from './plant.ts';

class LeaderWatch extends raftParts.LeaderWatch {
  protected override isEvidence(): boolean {
    return !this.isGone && !this.isQuiet;
  }
}

/** One of the planted bugs. */
export const lateEvidenceCounted: PlantedBug = {
  name: 'late-evidence-counted',
  breaks:
    'That nobody heard an earlier probe, of an earlier leader perhaps, counts against a leader that was heard since.',
  reference: 'rule 12: evidence is of the leader that is probed, and ends when that is heard',
  plant: { parts: { LeaderWatch } },
};
