import { raftParts } from '@quorate/raft';
import type { PlantedBug } from './plant.ts';

class LeaderWatch extends raftParts.LeaderWatch {
  protected override get isQuiet(): boolean {
    return false;
  }
}

/** One of the planted bugs. */
export const evidenceRightAfterConnect: PlantedBug = {
  name: 'evidence-right-after-connect',
  breaks: 'A node that has just come to the bus takes a leader for gone that comes back a moment later.',
  reference: 'rule 12: a NATS server that restarts costs no election',
  plant: { parts: { LeaderWatch } },
};
