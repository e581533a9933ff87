import { type Configuration, type Moment, raftParts } from '@quorate/raft';
import type { PlantedBug } from './plant.ts';

class Lease extends raftParts.Lease {
  #first: Configuration | null = null;

  override isValid(configuration: Configuration, now: Moment): boolean {
    this.#first ??= configuration;
    return super.isValid(this.#first, now);
  }
}

/** One of the planted bugs. */
export const leaseByEarlierConfiguration: PlantedBug = {
  name: 'lease-by-earlier-configuration',
  breaks: 'A lease goes on being counted by the voters that there were when it was asked for first.',
  reference: 'Rules 9 and 11',
  plant: { parts: { Lease } },
};
