import { type Moment, raftParts } from '@quorate/raft';
import type { PlantedBug } from './plant.ts';

class Freshness extends raftParts.Freshness {
  protected override passedMs(since: Moment, now: Moment): number {
    return now.clockMs - since.clockMs;
  }
}

/** See `breaks`. */
export const proofKeptOverSuspension: PlantedBug = {
  name: 'proof-kept-over-suspension',
  breaks:
    'A proof of freshness ages by the monotonic clock alone: after a suspension the node takes its state for as fresh as before.',
  reference: 'Rule 13: wall and monotonic clock diverge in a suspended machine',
  plant: { parts: { Freshness } },
};
