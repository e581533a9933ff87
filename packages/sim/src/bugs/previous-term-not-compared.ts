import { type AppendVerdict, type LogState, raftParts } from '@quorate/raft';
import type { MessageOfKind } from '../host/actor-message.ts';
import type { PlantedBug } from './plant.ts';

class FollowerDesk extends raftParts.FollowerDesk {
  readonly #state: LogState;

  constructor(state: LogState) {
    super(state);
    this.#state = state;
  }

  protected override verify(message: MessageOfKind<'appendEntries'>): AppendVerdict {
    const prevLogTerm = this.#state.storage.termAt(message.prevLogIndex);
    return super.verify(prevLogTerm === null ? message : { ...message, prevLogTerm });
  }
}

/** One of the planted bugs. */
export const previousTermNotCompared: PlantedBug = {
  name: 'previous-term-not-compared',
  breaks: 'An append is taken wherever the log reaches prevLogIndex, whatever the term there.',
  reference: 'Raft §5.3 and figure 2, AppendEntries, receiver step 2',
  plant: { parts: { FollowerDesk } },
};
