import type { Sender } from '@quorate/actor';
import { type ElectionMessage, type LogState, raftParts, type Term, term } from '@quorate/raft';
import type { MessageOfKind } from '../host/actor-message.ts';
import type { PlantedBug } from './plant.ts';

class Election extends raftParts.Election {
  readonly #restart: { leader: (() => void) | null; term: Term };

  constructor(...[context, options, parts]: ConstructorParameters<typeof raftParts.Election>) {
    const restart: { leader: (() => void) | null; term: Term } = { leader: null, term: term(0) };
    const spawn: typeof context.spawn = (name, create, onFailure) => {
      restart.leader = () => context.spawn(name, create, onFailure);
      return context.spawn(name, create, onFailure);
    };
    const stop: typeof context.stop = (name) => {
      restart.leader = null;
      context.stop(name);
    };
    super({ ...context, spawn, stop }, options, parts);
    this.#restart = restart;
  }

  override receive(message: ElectionMessage, from: Sender): void {
    if (message.kind === 'campaigned') this.#restart.term = message.term;
    const { leader, term: ledTerm } = this.#restart;
    if (message.kind === 'leadershipLost' && message.term === ledTerm && leader !== null) return leader();
    super.receive(message, from);
  }
}

/** It gives the token of the term to whoever asks. */
class LeaderDesk extends raftParts.LeaderDesk {
  readonly #state: LogState;

  constructor(...[state, snapshotDesk]: ConstructorParameters<typeof raftParts.LeaderDesk>) {
    super(state, snapshotDesk);
    this.#state = state;
  }

  override becomeLeader(message: MessageOfKind<'becomeLeader'>, campaignedTerm: Term | null): void {
    const asker = this.#state.leadership?.asker ?? message.asker;
    super.becomeLeader({ ...message, asker }, campaignedTerm);
  }
}

/** One of the planted bugs. */
export const leaderRestartedInItsTerm: PlantedBug = {
  name: 'leader-restarted-in-its-term',
  breaks: 'A leader that has given up is started again in its term, and gets the same token.',
  reference: 'Rule 2: only one asker in a term, and a failed leader steps down and is not restarted',
  plant: { parts: { Election, LeaderDesk } },
};
