import { raftParts } from '@quorate/raft';
import type { PlantedBug } from './plant.ts';

class VoterProgress extends raftParts.VoterProgress {
  override isHeardByQuorum(): boolean {
    return true;
  }
}

/** One of the planted bugs. */
export const leaderWithoutQuorumStays: PlantedBug = {
  name: 'leader-without-quorum-stays',
  breaks: 'A leader that nobody answers any more goes on leading.',
  reference: 'CheckQuorum: Raft dissertation §6.2; etcd#8498; etcd#15247',
  plant: { parts: { VoterProgress } },
};
