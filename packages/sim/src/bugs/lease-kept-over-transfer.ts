import { raftParts } from '@quorate/raft';
import type { PlantedBug } from './plant.ts';

class Lease extends raftParts.Lease {
  override end(): void {}
}

/** One of the planted bugs. */
export const leaseKeptOverTransfer: PlantedBug = {
  name: 'lease-kept-over-transfer',
  breaks: 'A leader that has told another to campaign goes on answering from its lease.',
  reference: 'Rule 13; etcd#12704',
  plant: { parts: { Lease } },
};
