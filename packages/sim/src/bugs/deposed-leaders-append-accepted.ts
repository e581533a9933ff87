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
    const { currentTerm, leadership } = this.#state;
    const isDeposed = message.term < currentTerm && leadership === null;
    super.appendEntries(isDeposed ? { ...message, term: currentTerm } : message, from);
  }
}

/** One of the planted bugs. */
export const deposedLeadersAppendAccepted: PlantedBug = {
  name: 'deposed-leaders-append-accepted',
  breaks: 'An append of an earlier term is taken as if it were of the current one.',
  reference: 'Raft figure 2, AppendEntries, receiver step 1',
  plant: { parts: { FollowerDesk } },
};
