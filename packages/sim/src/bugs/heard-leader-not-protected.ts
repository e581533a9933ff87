import { raftParts } from '@quorate/raft';
import type { PlantedBug } from './plant.ts';

class Voting extends raftParts.Voting {
  protected override protectsLeader(): boolean {
    return false;
  }
}

/** One of the planted bugs. */
export const heardLeaderNotProtected: PlantedBug = {
  name: 'heard-leader-not-protected',
  breaks: 'A node votes against a leader that it hears.',
  reference: 'Raft §6, end; dissertation §4.2.3; rule 11, the soft promise',
  plant: { parts: { Voting } },
};
