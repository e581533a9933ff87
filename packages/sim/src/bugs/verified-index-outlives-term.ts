import { raftParts, type LogState as State } from '@quorate/raft';
import type { PlantedBug } from './plant.ts';

class LogState extends raftParts.LogState {
  override enterTerm(...[newTerm, votedFor]: Parameters<State['enterTerm']>): void {
    const { verifiedIndex } = this;
    super.enterTerm(newTerm, votedFor);
    this.verifiedIndex = verifiedIndex;
  }
}

/** One of the planted bugs. */
export const verifiedIndexOutlivesTerm: PlantedBug = {
  name: 'verified-index-outlives-term',
  breaks: "What one leader's appends have verified is acknowledged to the next one.",
  reference: 'Rule 6: verifiedIndex starts anew in each term; CCF#6016',
  plant: { parts: { LogState } },
};
