import type { Sender } from '@quorate/actor';
import type { PlantedBug } from './plant.ts';

const alwaysTheFirst = (identity: Sender): Sender => ({ ...identity, incarnation: 1 });

/** One of the planted bugs. */
export const incarnationNotRaised: PlantedBug = {
  name: 'incarnation-not-raised',
  breaks: 'Every process of a node bears the same incarnation: what was meant for an earlier one is taken for its own.',
  reference: 'Rule 14: a durable counter, raised and flushed before the first message',
  plant: { identity: alwaysTheFirst },
};
