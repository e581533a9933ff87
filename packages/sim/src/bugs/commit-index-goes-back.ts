import { type LogIndex, raftParts } from '@quorate/raft';
import type { PlantedBug } from './plant.ts';

class LogState extends raftParts.LogState {
  #newest: LogIndex | null = null;

  override get commitIndex(): LogIndex {
    return this.#newest ?? super.commitIndex;
  }

  override raiseCommitIndex(index: LogIndex): void {
    this.#newest = index;
    super.raiseCommitIndex(index);
  }
}

/** One of the planted bugs. */
export const commitIndexGoesBack: PlantedBug = {
  name: 'commit-index-goes-back',
  breaks: 'commitIndex is what was said last: an older append takes it back.',
  reference: 'Raft figure 2, volatile state; rule 8',
  plant: { parts: { LogState } },
};
