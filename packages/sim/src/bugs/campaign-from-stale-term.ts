import { electionAt, type LogState, raftParts, type Term, term } from '@quorate/raft';
import type { MessageOfKind } from '../host/actor-message.ts';
import type { PlantedBug } from './plant.ts';

class Voting extends raftParts.Voting {
  readonly #state: LogState;
  #raised: Term | null = null;

  constructor(state: LogState) {
    super(state);
    this.#state = state;
  }

  override get campaignedTerm(): Term | null {
    return this.#raised;
  }

  /** What the election asked for, whatever has happened since it looked. */
  override campaign(message: MessageOfKind<'campaign'>): void {
    const state = this.#state;
    if (this.protectsLeader()) return super.campaign(message);
    const { attempt, fromTerm } = message;
    const raised = term(fromTerm + 1);
    this.#raised = raised;
    state.vote(raised, state.identity.node);
    state.leadership = null;
    const { lastLogIndex, lastLogTerm, configuration } = state;
    const start = { term: raised, lastLogIndex, lastLogTerm, configuration };
    state.sendWhenTermFlushed(electionAt(state.context.self), { kind: 'campaigned', attempt, ...start });
  }
}

/** One of the planted bugs. */
export const campaignFromStaleTerm: PlantedBug = {
  name: 'campaign-from-stale-term',
  breaks:
    'A campaign is two steps: the term that the election saw is raised, though the log store may have voted in it since.',
  reference: 'Rule 1: campaign names the term that it starts from and is one step',
  plant: { parts: { Voting } },
};
