import { raftParts, type Term } from '@quorate/raft';
import type { PlantedBug } from './plant.ts';

class LogState extends raftParts.LogState {
  override observeTerm(observed: Term): void {
    if (observed === this.currentTerm && this.leadership === null) this.vote(observed, null);
    else super.observeTerm(observed);
  }
}

/** One of the planted bugs. */
export const stepDownErasesVote: PlantedBug = {
  name: 'step-down-erases-vote',
  breaks: 'Whoever becomes a follower forgets the vote that it cast in that very term.',
  reference: 'redpanda#14; Raft figure 2, votedFor',
  plant: { parts: { LogState } },
};
