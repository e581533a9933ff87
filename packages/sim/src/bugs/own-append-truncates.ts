import { type LogState, logIndex, raftParts } from '@quorate/raft';
import type { MessageOfKind } from '../host/actor-message.ts';
import type { PlantedBug } from './plant.ts';

class LeaderDesk extends raftParts.LeaderDesk {
  readonly #state: LogState;

  constructor(...[state, snapshotDesk]: ConstructorParameters<typeof raftParts.LeaderDesk>) {
    super(state, snapshotDesk);
    this.#state = state;
  }

  override append(message: MessageOfKind<'append'>): void {
    const { leadership, storage, durability, lastLogIndex } = this.#state;
    if (leadership?.token === message.token && message.prevLogIndex < lastLogIndex) {
      const from = logIndex(message.prevLogIndex + 1);
      storage.truncate(from);
      durability.truncated(from);
    }
    super.append(message);
  }
}

/** One of the planted bugs. */
export const ownAppendTruncates: PlantedBug = {
  name: 'own-append-truncates',
  breaks:
    "An append of the node's own leader that comes twice cuts off what it put into the log the first time, and what follows.",
  reference: 'Rule 2; Raft figure 3, leader append-only',
  plant: { parts: { LeaderDesk } },
};
