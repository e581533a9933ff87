import { type LogIndex, type LogState, raftParts, type Term } from '@quorate/raft';
import type { PlantedBug } from './plant.ts';

class Repair extends raftParts.Repair {
  readonly #logState: LogState;

  constructor(state: LogState) {
    super(state);
    this.#logState = state;
  }

  protected override isComplete(point: { readonly term: Term; readonly lastLogIndex: LogIndex }): boolean {
    const { currentTerm, verifiedIndex } = this.#logState;
    return point.term === currentTerm && verifiedIndex >= point.lastLogIndex;
  }
}

/** One of the planted bugs. */
export const repairedBeforeFlush: PlantedBug = {
  name: 'repaired-before-flush',
  breaks: 'A damaged log counts as whole before what it was sent is on disk.',
  reference: '"Protocol-Aware Recovery for Consensus-Based Storage", FAST 2018; the design: corrupt is not absent',
  plant: { parts: { Repair } },
};
