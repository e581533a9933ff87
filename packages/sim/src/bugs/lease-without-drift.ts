import { raftParts } from '@quorate/raft';
import type { PlantedBug } from './plant.ts';

class Lease extends raftParts.Lease {
  constructor() {
    super(0);
  }
}

/** One of the planted bugs. */
export const leaseWithoutDrift: PlantedBug = {
  name: 'lease-without-drift',
  breaks: 'A lease lasts as long as the promises by the leader’s clock, as if no clock ran faster than another.',
  reference: 'Rule 11; etcd-io/raft#raft.go (ReadOnlyLeaseBased: clock drift is unbounded)',
  plant: { parts: { Lease } },
};
