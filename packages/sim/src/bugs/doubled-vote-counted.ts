import type { Sender } from '@quorate/actor';
import { type BallotOptions, type Configuration, raftParts, voterOf } from '@quorate/raft';
import type { PlantedBug } from './plant.ts';

class Ballot extends raftParts.Ballot {
  readonly #configuration: Configuration;
  #votes = 1;

  constructor(options: BallotOptions) {
    super(options);
    this.#configuration = options.configuration;
  }

  override grant(from: Sender): void {
    if (voterOf(this.#configuration, from) !== null) this.#votes += 1;
  }

  override get isGranted(): boolean {
    return this.#votes * 2 > this.#configuration.voters.length;
  }
}

/** One of the planted bugs. */
export const doubledVoteCounted: PlantedBug = {
  name: 'doubled-vote-counted',
  breaks: 'Votes are counted in a number: the doubled reply of one voter counts twice.',
  reference: 'nats-io/graft (pb/protocol.proto, node.go): a vote reply names no voter; rule 14',
  plant: { parts: { Ballot } },
};
