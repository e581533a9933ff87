import { raftParts } from '@quorate/raft';
import type { PlantedBug } from './plant.ts';

class Grant extends raftParts.Grant {
  override mayChangeMembers(): boolean {
    return true;
  }
}

/** See `breaks`. */
export const changeBeforeOwnCommit: PlantedBug = {
  name: 'change-before-own-commit',
  breaks: 'A leader changes the members in a term in which it has committed nothing yet.',
  reference: 'the dissertation’s erratum of 2015 (raft-dev, "bug in single-server membership changes"); openraft#2051',
  plant: { parts: { Grant } },
};
