import { doubledVoteCounted } from './doubled-vote-counted.ts';
import { earlierTermCommitted } from './earlier-term-committed.ts';
import type { PlantedBug } from './plant.ts';
import { voteBeforeFlush } from './vote-before-flush.ts';

/** Every planted bug. The simulator must notice each of them by what the correct code is checked with. */
export const plantedBugs: readonly PlantedBug[] = [voteBeforeFlush, doubledVoteCounted, earlierTermCommitted];
