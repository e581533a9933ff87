import type { Sender } from '@quorate/actor';
import { type LogState, raftParts } from '@quorate/raft';
import type { MessageOfKind } from '../host/actor-message.ts';
import type { PlantedBug } from './plant.ts';

class FollowerDesk extends raftParts.FollowerDesk {
  readonly #state: LogState;

  constructor(state: LogState) {
    super(state);
    this.#state = state;
  }

  override appendEntries(message: MessageOfKind<'appendEntries'>, from: Sender): void {
    super.appendEntries(message, from);
    if (message.term === this.#state.currentTerm) this.#state.raiseCommitIndex(message.leaderCommit);
  }
}

/** One of the planted bugs. */
export const leaderCommitNotCapped: PlantedBug = {
  name: 'leader-commit-not-capped',
  breaks: 'leaderCommit is taken over as far as the log goes, not as far as that very append verified it.',
  reference: 'Raft figure 2, AppendEntries, receiver step 5; rule 8',
  plant: { parts: { FollowerDesk } },
};
