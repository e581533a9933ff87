import type { Sender } from '@quorate/actor';
import { type BallotOptions, type Configuration, raftParts } from '@quorate/raft';
import type { PlantedBug } from './plant.ts';

class Ballot extends raftParts.Ballot {
  readonly #configuration: Configuration;

  constructor(options: BallotOptions) {
    super(options);
    this.#configuration = options.configuration;
  }

  override grant(from: Sender): void {
    const { storageId = from.storageId } = this.#configuration.voters.find(({ id }) => id === from.node) ?? {};
    super.grant({ ...from, storageId });
  }
}

/** One of the planted bugs. */
export const storageIdIgnoredInVotes: PlantedBug = {
  name: 'storage-id-ignored-in-votes',
  breaks: 'The vote of a machine counts by its name, though its disk is not the one that was listed.',
  reference: "Rule 16; openraft, faq: never reuse a wiped node's id",
  plant: { parts: { Ballot } },
};
