import type { Sender } from '@quorate/actor';
import { type LeaderMessage, raftParts } from '@quorate/raft';
import type { PlantedBug } from './plant.ts';

class Leader extends raftParts.Leader {
  override receive(message: LeaderMessage, from: Sender): void {
    super.receive(message, from);
    if (message.kind !== 'appended') return;
    const { token, lastLogIndex } = message;
    super.receive({ kind: 'durable', token, durableIndex: lastLogIndex, truncationEpoch: 0 }, from);
  }
}

/** One of the planted bugs. */
export const selfCountedBeforeFlush: PlantedBug = {
  name: 'self-counted-before-flush',
  breaks: 'A leader counts itself among those that have an entry when it is in its log, not when it is on its disk.',
  reference: 'Raft dissertation §10.2.1; etcd#14370; rule 6',
  plant: { parts: { Leader } },
};
