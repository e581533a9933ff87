import { type LogIndex, logIndex, maxIndex, raftParts } from '@quorate/raft';
import type { PlantedBug } from './plant.ts';

class Durability extends raftParts.Durability {
  #reached: LogIndex = logIndex(0);

  override get durableIndex(): LogIndex {
    return maxIndex(super.durableIndex, this.#reached);
  }

  override truncated(from: LogIndex): void {
    this.#reached = this.durableIndex;
    super.truncated(from);
  }
}

/** One of the planted bugs. */
export const durableIndexNotLowered: PlantedBug = {
  name: 'durable-index-not-lowered',
  breaks: 'A truncation does not lower durableIndex: what replaces the entries counts as flushed at once.',
  reference: 'Rule 6: truncation lowers durableIndex at once',
  plant: { parts: { Durability } },
};
