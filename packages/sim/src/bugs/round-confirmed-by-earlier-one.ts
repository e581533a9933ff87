import { raftParts } from '@quorate/raft';
import type { PlantedBug } from './plant.ts';

class VoterProgress extends raftParts.VoterProgress {
  override isConfirmedByQuorum(round: number): boolean {
    return super.isConfirmedByQuorum(round - 1);
  }
}

/** One of the planted bugs. */
export const roundConfirmedByEarlierOne: PlantedBug = {
  name: 'round-confirmed-by-earlier-one',
  breaks: 'An answer to the round of confirmation before releases the reads of this one.',
  reference: 'etcd#20418; etcd-io/raft#397; rule 14',
  plant: { parts: { VoterProgress } },
};
