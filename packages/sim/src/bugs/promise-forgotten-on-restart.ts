import { raftParts } from '@quorate/raft';
import type { PlantedBug } from './plant.ts';

class HardPromise extends raftParts.HardPromise {
  protected override get keptFromStartMs(): number {
    return 0;
  }
}

/** One of the planted bugs. */
export const promiseForgottenOnRestart: PlantedBug = {
  name: 'promise-forgotten-on-restart',
  breaks: 'A process that starts votes at once, though the one before it may have promised to vote for nobody.',
  reference: 'Rule 11',
  plant: { parts: { HardPromise } },
};
