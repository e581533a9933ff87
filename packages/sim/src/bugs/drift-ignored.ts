import { raftParts } from '@quorate/raft';
import type { PlantedBug } from './plant.ts';

class ClockAlarms extends raftParts.ClockAlarms {
  protected override isBeyond(): boolean {
    return false;
  }
}

/** See `breaks`. */
export const driftIgnored: PlantedBug = {
  name: 'drift-ignored',
  breaks:
    'Leases go on though the clock of a voter runs faster than they allow for: its promise is over before they are.',
  reference:
    'Rule 11: the lease is the promised time less the drift bound; etcd-io/raft, ReadOnlyLeaseBased: "clock drift is unbounded"',
  plant: { parts: { ClockAlarms } },
};
