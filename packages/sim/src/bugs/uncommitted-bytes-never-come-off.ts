import { raftParts } from '@quorate/raft';
import type { PlantedBug } from './plant.ts';

class UncommittedBytes extends raftParts.UncommittedBytes {
  override committed(): void {
    // What is committed goes on counting.
  }
}

/** One of the planted bugs. */
export const uncommittedBytesNeverComeOff: PlantedBug = {
  name: 'uncommitted-bytes-never-come-off',
  breaks: 'A leader counts what is committed among what is not, and refuses every write when that comes to the limit.',
  reference: 'etcd#10167: a leader whose count did not go down refused proposals for ever',
  plant: { parts: { UncommittedBytes } },
};
