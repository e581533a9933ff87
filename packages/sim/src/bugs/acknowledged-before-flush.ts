import { type LogIndex, type LogState, raftParts } from '@quorate/raft';
import type { PlantedBug } from './plant.ts';

class FollowerDesk extends raftParts.FollowerDesk {
  readonly #state: LogState;

  constructor(state: LogState) {
    super(state);
    this.#state = state;
  }

  protected override get matchIndex(): LogIndex {
    return this.#state.verifiedIndex;
  }
}

/** One of the planted bugs. */
export const acknowledgedBeforeFlush: PlantedBug = {
  name: 'acknowledged-before-flush',
  breaks: 'A follower acknowledges entries that are still on their way to its disk.',
  reference: 'Raft dissertation §3.8; rule 6; Jepsen on NATS 2.12.1, nats-server#7564',
  plant: { parts: { FollowerDesk } },
};
