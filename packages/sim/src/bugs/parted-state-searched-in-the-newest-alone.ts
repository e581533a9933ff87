import { StateCheck, type StateCheckOptions } from '@quorate/raft';
import type { PlantedBug } from './plant.ts';

/** Knows the hash of the newest state, and of none before it. */
class KnowingTheNewestAlone extends StateCheck {
  constructor(options: StateCheckOptions) {
    const { newest, hashAt } = options;
    super({ ...options, hashAt: (revision) => (revision >= newest() - 2 ? hashAt(revision) : null) });
  }
}

/** One of the planted bugs. */
export const partedStateSearchedInTheNewestAlone: PlantedBug = {
  name: 'parted-state-searched-in-the-newest-alone',
  breaks: 'Nodes compare the newest states alone: where two differ, nobody finds since when.',
  reference: 'The alarm names the first revision at which two states part, as far back as history goes',
  plant: { work: { stateChecks: 'astray' }, stateCheck: KnowingTheNewestAlone },
};
