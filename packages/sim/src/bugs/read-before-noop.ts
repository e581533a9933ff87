import { raftParts } from '@quorate/raft';
import type { PlantedBug } from './plant.ts';

class Grant extends raftParts.Grant {
  override mayRead(): boolean {
    return true;
  }
}

/** One of the planted bugs. */
export const readBeforeNoop: PlantedBug = {
  name: 'read-before-noop',
  breaks:
    'A new leader answers reads before its no-op is committed, when it may not know yet what its predecessor acknowledged.',
  reference: 'Raft §8; dissertation §6.4; etcd#7331; redisraft#18 and #22',
  plant: { parts: { Grant } },
};
