import { type ApplierMessage, raftParts } from '@quorate/raft';
import type { PlantedBug } from './plant.ts';

class Applier extends raftParts.Applier {
  override receive(message: ApplierMessage): void {
    super.receive(message.kind === 'query' ? { ...message, minRevision: 0 } : message);
  }
}

/** One of the planted bugs. */
export const leastRevisionIgnored: PlantedBug = {
  name: 'least-revision-ignored',
  breaks: 'A read is answered from a state that has not reached the revision which its asker has seen elsewhere.',
  reference: 'Terry et al. 1994, session guarantees: read your writes; etcd watch and get across members (etcd#12385)',
  plant: { parts: { Applier } },
};
