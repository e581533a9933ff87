import { raftParts } from '@quorate/raft';
import type { PlantedBug } from './plant.ts';

class Proposals extends raftParts.Proposals {
  override find(): null {
    return null;
  }
}

/** One of the planted bugs. */
export const proposalTakenTwice: PlantedBug = {
  name: 'proposal-taken-twice',
  breaks: 'A leader takes a proposal again when its gateway asks again, or the bus doubles it.',
  reference: 'Rule 14: each (storageId, incarnation, sequence) once',
  plant: { parts: { Proposals } },
};
