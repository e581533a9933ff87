import { type LogState, raftParts } from '@quorate/raft';
import type { PlantedBug } from './plant.ts';

class Repair extends raftParts.Repair {
  readonly #logState: LogState;

  constructor(state: LogState) {
    super(state);
    this.#logState = state;
  }

  override leaderHeard(): void {}

  override advance(): void {
    const { storage, verifiedIndex, durability, commitIndex } = this.#logState;
    if (!this.isUnderWay || verifiedIndex === 0 || verifiedIndex < commitIndex) return;
    if (durability.durableIndex >= verifiedIndex) storage.endRepair();
  }
}

/** One of the planted bugs. */
export const repairedWithoutAsking: PlantedBug = {
  name: 'repaired-without-asking',
  breaks:
    'A damaged log counts as whole as soon as it agrees with an append: it may have come late, from before the damage.',
  reference: '"Protocol-Aware Recovery for Consensus-Based Storage", FAST 2018; the design: corrupt is not absent',
  plant: { parts: { Repair } },
};
