import type { Sender } from '@quorate/actor';
import { type LeaderMessage, raftParts, type Term } from '@quorate/raft';
import type { PlantedBug } from './plant.ts';

class Leader extends raftParts.Leader {
  readonly #term: Term;

  constructor(...[context, options, parts]: ConstructorParameters<typeof raftParts.Leader>) {
    super(context, options, parts);
    this.#term = options.term;
  }

  override receive(message: LeaderMessage, from: Sender): void {
    super.receive(message.kind === 'propose' ? { ...message, term: this.#term } : message, from);
  }
}

/** One of the planted bugs. */
export const proposalOfAnotherTermTaken: PlantedBug = {
  name: 'proposal-of-another-term-taken',
  breaks:
    'A leader takes proposals that were meant for an earlier one, though their gateway may have proposed them anew.',
  reference: "Rule 14: a forwarded proposal names the leader's term",
  plant: { parts: { Leader } },
};
