import type { Sender } from '@quorate/actor';
import { type ElectionMessage, raftParts, type Term, term } from '@quorate/raft';
import { isActorMessage, type MessageOfKind } from '../host/actor-message.ts';
import type { PlantedBug } from './plant.ts';

class Election extends raftParts.Election {
  readonly #asked: { term: Term };

  constructor(...[context, options, parts]: ConstructorParameters<typeof raftParts.Election>) {
    const asked = { term: term(0) };
    const send: typeof context.send = (to, message) => {
      if (isRequestVote(message)) asked.term = message.term;
      context.send(to, message);
    };
    super({ ...context, send }, options, parts);
    this.#asked = asked;
  }

  override receive(message: ElectionMessage, from: Sender): void {
    super.receive(message, from);
    if (message.kind !== 'requestPreVoteReply') return;
    const clocks = { clockMs: 0, wallMs: 0 };
    super.receive({ ...message, ...clocks, kind: 'requestVoteReply', term: this.#asked.term }, from);
  }
}

const isRequestVote = (message: unknown): message is MessageOfKind<'requestVote'> =>
  isActorMessage(message) && message.kind === 'requestVote';

/** One of the planted bugs. */
export const preVoteCountedAsVote: PlantedBug = {
  name: 'pre-vote-counted-as-vote',
  breaks: 'A pre-vote that comes late counts as a vote.',
  reference: 'Raft dissertation §9.6: a pre-vote binds nobody',
  plant: { parts: { Election } },
};
