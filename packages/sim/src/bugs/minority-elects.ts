import type { Sender } from '@quorate/actor';
import { type BallotOptions, raftParts } from '@quorate/raft';
import type { PlantedBug } from './plant.ts';

class Ballot extends raftParts.Ballot {
  readonly #needed: number;
  readonly #granted = new Set<string>();

  constructor(options: BallotOptions) {
    super(options);
    this.#granted.add(options.self);
    this.#needed = Math.floor(options.configuration.voters.length / 2);
  }

  override grant(from: Sender): void {
    this.#granted.add(from.node);
  }

  override get isGranted(): boolean {
    return this.#granted.size >= this.#needed;
  }
}

/** One of the planted bugs. */
export const minorityElects: PlantedBug = {
  name: 'minority-elects',
  breaks: 'One vote too few elects: half of the voters, rounded down.',
  reference: 'Raft §5.2',
  plant: { parts: { Ballot } },
};
