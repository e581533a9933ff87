import { raftParts } from '@quorate/raft';
import type { PlantedBug } from './plant.ts';

class VoterProgress extends raftParts.VoterProgress {
  override isConfirmedByQuorum(): boolean {
    return true;
  }
}

/** One of the planted bugs. */
export const readUnconfirmed: PlantedBug = {
  name: 'read-unconfirmed',
  breaks: 'A leader answers reads without asking whether it still leads.',
  reference: 'Raft §8; Jepsen on etcd 0.4.1 and Consul (stale reads of a deposed leader)',
  plant: { parts: { VoterProgress } },
};
