import { type Moment, raftParts } from '@quorate/raft';
import type { PlantedBug } from './plant.ts';

class Lease extends raftParts.Lease {
  protected override passedMs(since: Moment, now: Moment): number {
    return now.clockMs - since.clockMs;
  }
}

/** See `breaks`. */
export const leaseKeptOverSuspension: PlantedBug = {
  name: 'lease-kept-over-suspension',
  breaks:
    'A lease goes by the monotonic clock alone, which stands still while its machine is suspended and another leader is elected.',
  reference: 'Rule 13: wall and monotonic clock diverging drops the lease',
  plant: { parts: { Lease } },
};
