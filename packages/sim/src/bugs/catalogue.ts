import { acknowledgedBeforeFlush } from './acknowledged-before-flush.ts';
import { acknowledgedBeyondAppend } from './acknowledged-beyond-append.ts';
import { advanceSaidOnce } from './advance-said-once.ts';
import { appendSaidOnce } from './append-said-once.ts';
import { appendWithoutToken } from './append-without-token.ts';
import { appliedBeforeDurable } from './applied-before-durable.ts';
import { autoRemovalLeavesTwo } from './auto-removal-leaves-two.ts';
import { autoRemovalOfTheLiving } from './auto-removal-of-the-living.ts';
import { autoRemovalWithoutPause } from './auto-removal-without-pause.ts';
import { boundedReadCountedFromReceipt } from './bounded-read-counted-from-receipt.ts';
import { boundedReadTrustsAnyLeader } from './bounded-read-trusts-any-leader.ts';
import { campaignFromStaleTerm } from './campaign-from-stale-term.ts';
import { campaignRightAfterConnect } from './campaign-right-after-connect.ts';
import { campaignWithoutPreVote } from './campaign-without-pre-vote.ts';
import { changeBeforeOwnCommit } from './change-before-own-commit.ts';
import { changeWhileAnotherIsUncommitted } from './change-while-another-is-uncommitted.ts';
import { chunkAnsweredBeforeTermIsFlushed } from './chunk-answered-before-term-is-flushed.ts';
import { chunkOfAnotherSnapshotAccepted } from './chunk-of-another-snapshot-accepted.ts';
import { clientRepeatsUnknownWrites } from './client-repeats-unknown-writes.ts';
import { commitIndexGoesBack } from './commit-index-goes-back.ts';
import { commitSaidOnce } from './commit-said-once.ts';
import { commitTakenForFlush } from './commit-taken-for-flush.ts';
import { committedSaidOnce } from './committed-said-once.ts';
import { conditionIgnored } from './condition-ignored.ts';
import { configurationCountsOnceCommitted } from './configuration-counts-once-committed.ts';
import { damagedLogAcknowledges } from './damaged-log-acknowledges.ts';
import { damagedLogTakenForEmpty } from './damaged-log-taken-for-empty.ts';
import { damagedLogVotes } from './damaged-log-votes.ts';
import { damagedRecordsTakenForEnd } from './damaged-records-taken-for-end.ts';
import { deposedLeadersAppendAccepted } from './deposed-leaders-append-accepted.ts';
import { doubledConfirmationCounted } from './doubled-confirmation-counted.ts';
import { doubledVoteCounted } from './doubled-vote-counted.ts';
import { driftIgnored } from './drift-ignored.ts';
import { durableIndexNotLowered } from './durable-index-not-lowered.ts';
import { earlierTermCommitted } from './earlier-term-committed.ts';
import { evidenceOfAnotherBelieved } from './evidence-of-another-believed.ts';
import { evidenceOutlivesSilence } from './evidence-outlives-silence.ts';
import { evidenceRightAfterConnect } from './evidence-right-after-connect.ts';
import { evidenceWaivesHardPromise } from './evidence-waives-hard-promise.ts';
import { failedFlushIgnored } from './failed-flush-ignored.ts';
import { failedTransactionRaisesRevision } from './failed-transaction-raises-revision.ts';
import { fenceNotCheckedWithin } from './fence-not-checked-within.ts';
import { flushOfOverwrittenEntriesCounted } from './flush-of-overwritten-entries-counted.ts';
import { gatewayProposesAgain } from './gateway-proposes-again.ts';
import { heardLeaderNotProtected } from './heard-leader-not-protected.ts';
import { incarnationNotRaised } from './incarnation-not-raised.ts';
import { installKeepsATailThatConflicts } from './install-keeps-a-tail-that-conflicts.ts';
import { jointCommitByNewMajority } from './joint-commit-by-new-majority.ts';
import { jointElectionByNewMajority } from './joint-election-by-new-majority.ts';
import { lateEvidenceCounted } from './late-evidence-counted.ts';
import { lateSnapshotLoaded } from './late-snapshot-loaded.ts';
import { lateSnapshotSaidToBeRecorded } from './late-snapshot-said-to-be-recorded.ts';
import { lateStateHashComparedWithNow } from './late-state-hash-compared-with-now.ts';
import { laterTermsEntriesSent } from './later-terms-entries-sent.ts';
import { leaderCommitNotCapped } from './leader-commit-not-capped.ts';
import { leaderRestartedInItsTerm } from './leader-restarted-in-its-term.ts';
import { leaderWithoutQuorumStays } from './leader-without-quorum-stays.ts';
import { leaseByEarlierConfiguration } from './lease-by-earlier-configuration.ts';
import { leaseCountedFromReceipt } from './lease-counted-from-receipt.ts';
import { leaseEndNotProposed } from './lease-end-not-proposed.ts';
import { leaseExpiresByOwnClock } from './lease-expires-by-own-clock.ts';
import { leaseKeptOverPause } from './lease-kept-over-pause.ts';
import { leaseKeptOverSuspension } from './lease-kept-over-suspension.ts';
import { leaseKeptOverTransfer } from './lease-kept-over-transfer.ts';
import { leaseNotRenewedByNewLeader } from './lease-not-renewed-by-new-leader.ts';
import { leaseWithoutDrift } from './lease-without-drift.ts';
import { leasesForgottenByNewLeader } from './leases-forgotten-by-new-leader.ts';
import { leasesNotInSnapshot } from './leases-not-in-snapshot.ts';
import { leastRevisionIgnored } from './least-revision-ignored.ts';
import { logCompactedBeforeSnapshotIsFlushed } from './log-compacted-before-snapshot-is-flushed.ts';
import { logTakenForCommittedAtStart } from './log-taken-for-committed-at-start.ts';
import { logTimeOfWallClock } from './log-time-of-wall-clock.ts';
import { longCommandAlwaysRefused } from './long-command-always-refused.ts';
import { lossOfOfficeSaidOnce } from './loss-of-office-said-once.ts';
import { membersOfSnapshotForgotten } from './members-of-snapshot-forgotten.ts';
import { mendedWithEntryOfAnotherTerm } from './mended-with-entry-of-another-term.ts';
import { minorityCommits } from './minority-commits.ts';
import { minorityElects } from './minority-elects.ts';
import { nestedConditionIgnored } from './nested-condition-ignored.ts';
import { oddStateJudgedByTwo } from './odd-state-judged-by-two.ts';
import { ownAppendTruncates } from './own-append-truncates.ts';
import { ownLogStoreNotAsked } from './own-log-store-not-asked.ts';
import { ownPromiseNotMade } from './own-promise-not-made.ts';
import { partedStateSearchedInTheNewestAlone } from './parted-state-searched-in-the-newest-alone.ts';
import type { PlantedBug } from './plant.ts';
import { preVoteCountedAsVote } from './pre-vote-counted-as-vote.ts';
import { previousTermNotCompared } from './previous-term-not-compared.ts';
import { promiseBeforeFlush } from './promise-before-flush.ts';
import { promiseForgottenOnRestart } from './promise-forgotten-on-restart.ts';
import { promotedBeforeCaughtUp } from './promoted-before-caught-up.ts';
import { proofKeptOverSuspension } from './proof-kept-over-suspension.ts';
import { proposalOfAnotherTermTaken } from './proposal-of-another-term-taken.ts';
import { proposalTakenTwice } from './proposal-taken-twice.ts';
import { readBeforeApplied } from './read-before-applied.ts';
import { readBeforeNoop } from './read-before-noop.ts';
import { readJoinsOpenQuestion } from './read-joins-open-question.ts';
import { readJoinsRoundUnderWay } from './read-joins-round-under-way.ts';
import { readUnconfirmed } from './read-unconfirmed.ts';
import { removedIdComesBack } from './removed-id-comes-back.ts';
import { removedLeaderCountsItself } from './removed-leader-counts-itself.ts';
import { repairedBeforeFlush } from './repaired-before-flush.ts';
import { repairedToCommitIndex } from './repaired-to-commit-index.ts';
import { repairedWithoutAsking } from './repaired-without-asking.ts';
import { repeatedChunkAcknowledgedBeforeFlush } from './repeated-chunk-acknowledged-before-flush.ts';
import { replyOfEarlierTermCounted } from './reply-of-earlier-term-counted.ts';
import { roundConfirmedByEarlierOne } from './round-confirmed-by-earlier-one.ts';
import { roundsBeginAnewInEachOffice } from './rounds-begin-anew-in-each-office.ts';
import { selfCountedBeforeFlush } from './self-counted-before-flush.ts';
import { sessionExpiresByOwnClock } from './session-expires-by-own-clock.ts';
import { sessionFloorFalls } from './session-floor-falls.ts';
import { sessionOpenedTwiceIsOne } from './session-opened-twice-is-one.ts';
import { sessionResultForgotten } from './session-result-forgotten.ts';
import { sessionsNotInSnapshot } from './sessions-not-in-snapshot.ts';
import { snapshotAcknowledgedBeforeFlush } from './snapshot-acknowledged-before-flush.ts';
import { snapshotNamedBeyondWhatIsApplied } from './snapshot-named-beyond-what-is-applied.ts';
import { snapshotNotLoadedAtStart } from './snapshot-not-loaded-at-start.ts';
import { snapshotOfEarlierTermAccepted } from './snapshot-of-earlier-term-accepted.ts';
import { snapshotRemovedBeforeSuccessor } from './snapshot-removed-before-successor.ts';
import { staleAppendTruncates } from './stale-append-truncates.ts';
import { stepDownErasesVote } from './step-down-erases-vote.ts';
import { storageIdIgnoredInAcknowledgements } from './storage-id-ignored-in-acknowledgements.ts';
import { storageIdIgnoredInVotes } from './storage-id-ignored-in-votes.ts';
import { takenSnapshotRemovedUnknown } from './taken-snapshot-removed-unknown.ts';
import { timeOfSnapshotForgotten } from './time-of-snapshot-forgotten.ts';
import { timestampOfWallClockAlone } from './timestamp-of-wall-clock-alone.ts';
import { timestampsBeginAnewWithLeader } from './timestamps-begin-anew-with-leader.ts';
import { timestampsFollowTheLeadersClock } from './timestamps-follow-the-leaders-clock.ts';
import { tornTransaction } from './torn-transaction.ts';
import { tornWriteCounted } from './torn-write-counted.ts';
import { transferResumedWithAnotherSnapshot } from './transfer-resumed-with-another-snapshot.ts';
import { transferToLaggingNode } from './transfer-to-lagging-node.ts';
import { truncationKeepsConfiguration } from './truncation-keeps-configuration.ts';
import { uncommittedBytesNeverComeOff } from './uncommitted-bytes-never-come-off.ts';
import { verifiedIndexOutlivesTerm } from './verified-index-outlives-term.ts';
import { versionDependsOnTheBatch } from './version-depends-on-the-batch.ts';
import { voteBeforeFlush } from './vote-before-flush.ts';
import { voteForgottenOnRestart } from './vote-forgotten-on-restart.ts';
import { votesForAnyLog } from './votes-for-any-log.ts';
import { votesForLongerLog } from './votes-for-longer-log.ts';
import { votesTwiceInTerm } from './votes-twice-in-term.ts';
import { watchDropsDeletesOfOneKey } from './watch-drops-deletes-of-one-key.ts';
import { watchDropsWhatWasDeletedBefore } from './watch-drops-what-was-deleted-before.ts';
import { watchGivesTheLastAgain } from './watch-gives-the-last-again.ts';
import { watchGoesBackWithALaggingNode } from './watch-goes-back-with-a-lagging-node.ts';
import { watchPreviousOfThePagesBeginning } from './watch-previous-of-the-pages-beginning.ts';
import { watchProgressAheadOfChanges } from './watch-progress-ahead-of-changes.ts';
import { watchSkipsWhereItGoesOn } from './watch-skips-where-it-goes-on.ts';
import { watchTearsATransaction } from './watch-tears-a-transaction.ts';
import { whoLeadsNotAsked } from './who-leads-not-asked.ts';
import { wipedNodeVotes } from './wiped-node-votes.ts';

/** Every planted bug. The simulator must notice each of them by what the correct code is checked with. */
export const plantedBugs: readonly PlantedBug[] = [
  acknowledgedBeforeFlush,
  acknowledgedBeyondAppend,
  advanceSaidOnce,
  appendSaidOnce,
  appendWithoutToken,
  appliedBeforeDurable,
  autoRemovalLeavesTwo,
  autoRemovalOfTheLiving,
  autoRemovalWithoutPause,
  boundedReadCountedFromReceipt,
  boundedReadTrustsAnyLeader,
  campaignFromStaleTerm,
  campaignRightAfterConnect,
  campaignWithoutPreVote,
  changeBeforeOwnCommit,
  changeWhileAnotherIsUncommitted,
  chunkAnsweredBeforeTermIsFlushed,
  chunkOfAnotherSnapshotAccepted,
  clientRepeatsUnknownWrites,
  commitIndexGoesBack,
  commitSaidOnce,
  commitTakenForFlush,
  committedSaidOnce,
  conditionIgnored,
  configurationCountsOnceCommitted,
  damagedLogAcknowledges,
  damagedLogTakenForEmpty,
  damagedLogVotes,
  damagedRecordsTakenForEnd,
  deposedLeadersAppendAccepted,
  doubledConfirmationCounted,
  doubledVoteCounted,
  durableIndexNotLowered,
  earlierTermCommitted,
  evidenceOfAnotherBelieved,
  evidenceOutlivesSilence,
  evidenceRightAfterConnect,
  evidenceWaivesHardPromise,
  failedFlushIgnored,
  failedTransactionRaisesRevision,
  fenceNotCheckedWithin,
  flushOfOverwrittenEntriesCounted,
  gatewayProposesAgain,
  heardLeaderNotProtected,
  incarnationNotRaised,
  installKeepsATailThatConflicts,
  jointCommitByNewMajority,
  jointElectionByNewMajority,
  lateSnapshotLoaded,
  lateSnapshotSaidToBeRecorded,
  laterTermsEntriesSent,
  leaderCommitNotCapped,
  leaderRestartedInItsTerm,
  leaderWithoutQuorumStays,
  leaseByEarlierConfiguration,
  leaseCountedFromReceipt,
  leaseEndNotProposed,
  leaseExpiresByOwnClock,
  leaseKeptOverPause,
  leaseKeptOverTransfer,
  leaseNotRenewedByNewLeader,
  leaseWithoutDrift,
  leasesForgottenByNewLeader,
  leasesNotInSnapshot,
  leastRevisionIgnored,
  logCompactedBeforeSnapshotIsFlushed,
  logTakenForCommittedAtStart,
  lossOfOfficeSaidOnce,
  membersOfSnapshotForgotten,
  minorityCommits,
  minorityElects,
  nestedConditionIgnored,
  ownAppendTruncates,
  ownLogStoreNotAsked,
  ownPromiseNotMade,
  preVoteCountedAsVote,
  previousTermNotCompared,
  promiseBeforeFlush,
  promiseForgottenOnRestart,
  promotedBeforeCaughtUp,
  proposalOfAnotherTermTaken,
  proposalTakenTwice,
  readBeforeApplied,
  readBeforeNoop,
  readJoinsOpenQuestion,
  readJoinsRoundUnderWay,
  readUnconfirmed,
  removedIdComesBack,
  removedLeaderCountsItself,
  repairedBeforeFlush,
  repairedToCommitIndex,
  repairedWithoutAsking,
  repeatedChunkAcknowledgedBeforeFlush,
  replyOfEarlierTermCounted,
  roundConfirmedByEarlierOne,
  roundsBeginAnewInEachOffice,
  selfCountedBeforeFlush,
  sessionExpiresByOwnClock,
  sessionFloorFalls,
  sessionOpenedTwiceIsOne,
  sessionResultForgotten,
  sessionsNotInSnapshot,
  snapshotAcknowledgedBeforeFlush,
  snapshotNamedBeyondWhatIsApplied,
  snapshotNotLoadedAtStart,
  snapshotOfEarlierTermAccepted,
  snapshotRemovedBeforeSuccessor,
  staleAppendTruncates,
  stepDownErasesVote,
  storageIdIgnoredInAcknowledgements,
  storageIdIgnoredInVotes,
  timestampsBeginAnewWithLeader,
  timestampOfWallClockAlone,
  timestampsFollowTheLeadersClock,
  timeOfSnapshotForgotten,
  logTimeOfWallClock,
  leaseKeptOverSuspension,
  proofKeptOverSuspension,
  driftIgnored,
  tornTransaction,
  tornWriteCounted,
  transferResumedWithAnotherSnapshot,
  transferToLaggingNode,
  truncationKeepsConfiguration,
  verifiedIndexOutlivesTerm,
  voteBeforeFlush,
  voteForgottenOnRestart,
  votesForAnyLog,
  votesForLongerLog,
  votesTwiceInTerm,
  uncommittedBytesNeverComeOff,
  longCommandAlwaysRefused,
  lateEvidenceCounted,
  mendedWithEntryOfAnotherTerm,
  takenSnapshotRemovedUnknown,
  watchDropsDeletesOfOneKey,
  watchDropsWhatWasDeletedBefore,
  watchGivesTheLastAgain,
  watchGoesBackWithALaggingNode,
  watchPreviousOfThePagesBeginning,
  watchProgressAheadOfChanges,
  watchSkipsWhereItGoesOn,
  watchTearsATransaction,
  whoLeadsNotAsked,
  wipedNodeVotes,
  versionDependsOnTheBatch,
  lateStateHashComparedWithNow,
  partedStateSearchedInTheNewestAlone,
  oddStateJudgedByTwo,
];
