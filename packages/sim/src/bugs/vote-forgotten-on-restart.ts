import type { HardState } from '@quorate/raft';
import { SimulatedLogStorage } from '../disk/simulated-log-storage.ts';
import type { PlantedBug } from './plant.ts';

class ForgetfulStorage extends SimulatedLogStorage {
  #hasVoted = false;

  override get hardState(): HardState {
    const { currentTerm, votedFor } = super.hardState;
    return { currentTerm, votedFor: this.#hasVoted ? votedFor : null };
  }

  override setHardState(hardState: HardState): void {
    this.#hasVoted = true;
    super.setHardState(hardState);
  }
}

/** One of the planted bugs. */
export const voteForgottenOnRestart: PlantedBug = {
  name: 'vote-forgotten-on-restart',
  breaks: 'A process that starts knows its term, and not whom it has voted for in it.',
  reference: 'Raft figure 2, persistent state; nats-io/graft deletes its vote file on close (node.go)',
  plant: { storage: ForgetfulStorage },
};
