import { changeBeforeOwnCommit } from './change-before-own-commit.ts';
import { changeWhileAnotherIsUncommitted } from './change-while-another-is-uncommitted.ts';
import { configurationCountsOnceCommitted } from './configuration-counts-once-committed.ts';
import { doubledVoteCounted } from './doubled-vote-counted.ts';
import { earlierTermCommitted } from './earlier-term-committed.ts';
import { jointCommitByNewMajority } from './joint-commit-by-new-majority.ts';
import { jointElectionByNewMajority } from './joint-election-by-new-majority.ts';
import type { PlantedBug } from './plant.ts';
import { promotedBeforeCaughtUp } from './promoted-before-caught-up.ts';
import { removedIdComesBack } from './removed-id-comes-back.ts';
import { removedLeaderCountsItself } from './removed-leader-counts-itself.ts';
import { transferToLaggingNode } from './transfer-to-lagging-node.ts';
import { truncationKeepsConfiguration } from './truncation-keeps-configuration.ts';
import { voteBeforeFlush } from './vote-before-flush.ts';

/** Every planted bug. The simulator must notice each of them by what the correct code is checked with. */
export const plantedBugs: readonly PlantedBug[] = [
  voteBeforeFlush,
  doubledVoteCounted,
  earlierTermCommitted,
  changeBeforeOwnCommit,
  changeWhileAnotherIsUncommitted,
  configurationCountsOnceCommitted,
  jointCommitByNewMajority,
  jointElectionByNewMajority,
  promotedBeforeCaughtUp,
  removedIdComesBack,
  removedLeaderCountsItself,
  transferToLaggingNode,
  truncationKeepsConfiguration,
];
