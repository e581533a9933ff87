import { type LogIndex, type LogState, raftParts } from '@quorate/raft';
import type { PlantedBug } from './plant.ts';

class FollowerDesk extends raftParts.FollowerDesk {
  readonly #state: LogState;

  constructor(state: LogState) {
    super(state);
    this.#state = state;
  }

  protected override get matchIndex(): LogIndex {
    return this.#state.durability.durableIndex;
  }
}

/** One of the planted bugs. */
export const acknowledgedBeyondAppend: PlantedBug = {
  name: 'acknowledged-beyond-append',
  breaks: "A follower acknowledges all that its log holds, not what the leader's appends have verified.",
  reference: 'CCF#6016; rule 6',
  plant: { parts: { FollowerDesk } },
};
