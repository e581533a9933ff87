import { raftParts } from '@quorate/raft';
import type { PlantedBug } from './plant.ts';

class LogState extends raftParts.LogState {
  override whenTermFlushed(send: () => void): void {
    send();
  }
}

/** One of the planted bugs. */
export const voteBeforeFlush: PlantedBug = {
  name: 'vote-before-flush',
  breaks: 'Votes and terms leave the node before they are on its disk.',
  reference: 'Raft figure 2, persistent state; rule 6',
  plant: { parts: { LogState } },
};
