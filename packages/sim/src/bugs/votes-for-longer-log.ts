import { type LogState, raftParts } from '@quorate/raft';
import type { MessageOfKind } from '../host/actor-message.ts';
import type { PlantedBug } from './plant.ts';

class Voting extends raftParts.Voting {
  readonly #state: LogState;

  constructor(state: LogState) {
    super(state);
    this.#state = state;
  }

  protected override isUpToDate(candidate: Pick<MessageOfKind<'requestVote'>, 'lastLogIndex'>): boolean {
    return candidate.lastLogIndex >= this.#state.lastLogIndex;
  }
}

/** One of the planted bugs. */
export const votesForLongerLog: PlantedBug = {
  name: 'votes-for-longer-log',
  breaks: 'Of two logs the longer one counts as the newer, whatever the terms of their last entries.',
  reference: 'Raft §5.4.1 and figure 8',
  plant: { parts: { Voting } },
};
