import type { Sender } from '@quorate/actor';
import { electionAt, type LogState, raftParts } from '@quorate/raft';
import type { MessageOfKind } from '../host/actor-message.ts';
import type { PlantedBug } from './plant.ts';

class Voting extends raftParts.Voting {
  readonly #state: LogState;

  constructor(state: LogState) {
    super(state);
    this.#state = state;
  }

  /** The vote is written down, and not looked at. */
  override requestVote(message: MessageOfKind<'requestVote'>, from: Sender): void {
    const state = this.#state;
    state.observeTerm(message.term);
    const { currentTerm } = state;
    const voteGranted = message.term === currentTerm && state.leadership === null && this.isUpToDate(message);
    if (voteGranted) state.vote(currentTerm, from.node);
    state.sendWhenTermFlushed(electionAt(state.placeOf(from)), {
      kind: 'requestVoteReply',
      term: currentTerm,
      incarnation: from.incarnation,
      sequence: message.sequence,
      voteGranted,
      clockMs: state.context.now(),
      wallMs: state.context.wallNow(),
    });
  }
}

/** One of the planted bugs. */
export const votesTwiceInTerm: PlantedBug = {
  name: 'votes-twice-in-term',
  breaks: 'A node votes for whoever asks, as often as it is asked.',
  reference: 'Raft §5.2 and figure 2, RequestVote, receiver step 2',
  plant: { parts: { Voting } },
};
