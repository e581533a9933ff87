import { raftParts } from '@quorate/raft';
import type { PlantedBug } from './plant.ts';

class ReadRounds extends raftParts.ReadRounds {
  override startFor(): void {}
}

/** One of the planted bugs. */
export const roundsBeginAnewInEachOffice: PlantedBug = {
  name: 'rounds-begin-anew-in-each-office',
  breaks:
    'Each leadership numbers its rounds of confirmation from 1: what an earlier one left behind asks for, and confirms, later ones.',
  reference: 'Found here once (docs/FOUND.md, seed 106058); etcd#20418',
  plant: { parts: { ReadRounds } },
};
