import { decideRetry } from '@quorate/raft';
import type { PlantedBug } from './plant.ts';

const asIfNothingHappened: typeof decideRetry = (request, failure, random) => {
  const isUnknown = failure.kind === 'refused' && failure.code === 'OutcomeUnknown';
  return decideRetry(request, isUnknown ? { kind: 'refused', code: 'NoLeader' } : failure, random);
};

/** One of the planted bugs. */
export const clientRepeatsUnknownWrites: PlantedBug = {
  name: 'client-repeats-unknown-writes',
  breaks: 'A client repeats a write whose outcome is unknown as if it had not happened.',
  reference: 'Jepsen on jetcd 0.8.2; rule 17, end',
  plant: { decideRetry: asIfNothingHappened },
};
