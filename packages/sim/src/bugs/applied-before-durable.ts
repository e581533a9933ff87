import { type LogIndex, raftParts } from '@quorate/raft';
import type { PlantedBug } from './plant.ts';

class LogState extends raftParts.LogState {
  override get readableIndex(): LogIndex {
    return this.commitIndex;
  }
}

/** One of the planted bugs. */
export const appliedBeforeDurable: PlantedBug = {
  name: 'applied-before-durable',
  breaks: "The applier is told commitIndex, though this node's own disk has less.",
  reference: 'Rule 8: min(commitIndex, durableIndex)',
  plant: { parts: { LogState } },
};
