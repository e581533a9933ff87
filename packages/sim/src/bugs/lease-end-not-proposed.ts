import { raftParts } from '@quorate/raft';
import type { PlantedBug } from './plant.ts';

class WaitingEntryClock extends raftParts.EntryClock {
  override hasReached(): boolean {
    return false;
  }
}

/** One of the planted bugs. */
export const leaseEndNotProposed: PlantedBug = {
  name: 'lease-end-not-proposed',
  breaks:
    'Leases end with the entries that come, and nobody makes one for their sake: where no leader is elected anew they stay.',
  reference: 'etcd: the leader proposes the revocation of each lease that has expired (server/etcdserver/server.go)',
  plant: { parts: { EntryClock: WaitingEntryClock } },
};
