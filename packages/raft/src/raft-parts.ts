import { Applier } from './applier/applier.ts';
import { Snapshots } from './applier/snapshots.ts';
import { Ballot } from './election/ballot.ts';
import { Election } from './election/election.ts';
import { Patience } from './election/patience.ts';
import { Freshness } from './gateway/freshness.ts';
import { Gateway } from './gateway/gateway.ts';
import { ReadIndexQuestions } from './gateway/read-index-questions.ts';
import { AutoRemoval } from './leader/auto-removal.ts';
import { ClockAlarms } from './leader/clock-alarms.ts';
import { EntryClock } from './leader/entry-clock.ts';
import { FailureDetector } from './leader/failure-detector.ts';
import { Grant } from './leader/grant.ts';
import { GroupClock } from './leader/group-clock.ts';
import { Leader } from './leader/leader.ts';
import { Lease } from './leader/lease.ts';
import { Membership } from './leader/membership.ts';
import { Pace } from './leader/pace.ts';
import { PeerWatch } from './leader/peer-watch.ts';
import { Proposals } from './leader/proposals.ts';
import { ReadRounds } from './leader/read-rounds.ts';
import { Transfer } from './leader/transfer.ts';
import { UncommittedBytes } from './leader/uncommitted-bytes.ts';
import { VoterProgress } from './leader/voter-progress.ts';
import { Durability } from './log-store/durability.ts';
import { FollowerDesk } from './log-store/follower-desk.ts';
import { HardPromise } from './log-store/hard-promise.ts';
import { LeaderDesk } from './log-store/leader-desk.ts';
import { LeaderWatch } from './log-store/leader-watch.ts';
import { LogMending } from './log-store/log-mending.ts';
import { LogState } from './log-store/log-state.ts';
import { LogStore } from './log-store/log-store.ts';
import { Repair } from './log-store/repair.ts';
import { SnapshotDesk } from './log-store/snapshot-desk.ts';
import { Voting } from './log-store/voting.ts';
import { Inflights } from './replicator/inflights.ts';
import { Replicator } from './replicator/replicator.ts';

/** The classes that one node's part of a group is put together from: the actors, and the parts of them that keep a rule each. */
export interface RaftParts {
  readonly LogStore: typeof LogStore;
  readonly LogMending: typeof LogMending;
  readonly LogState: typeof LogState;
  readonly Durability: typeof Durability;
  readonly Repair: typeof Repair;
  readonly HardPromise: typeof HardPromise;
  readonly LeaderWatch: typeof LeaderWatch;
  readonly Voting: typeof Voting;
  readonly FollowerDesk: typeof FollowerDesk;
  readonly SnapshotDesk: typeof SnapshotDesk;
  readonly LeaderDesk: typeof LeaderDesk;
  readonly Election: typeof Election;
  readonly Ballot: typeof Ballot;
  readonly Patience: typeof Patience;
  readonly Leader: typeof Leader;
  readonly Grant: typeof Grant;
  readonly EntryClock: typeof EntryClock;
  readonly Lease: typeof Lease;
  readonly GroupClock: typeof GroupClock;
  readonly ClockAlarms: typeof ClockAlarms;
  readonly Membership: typeof Membership;
  readonly Proposals: typeof Proposals;
  readonly UncommittedBytes: typeof UncommittedBytes;
  readonly ReadRounds: typeof ReadRounds;
  readonly Transfer: typeof Transfer;
  readonly VoterProgress: typeof VoterProgress;
  readonly Pace: typeof Pace;
  readonly PeerWatch: typeof PeerWatch;
  readonly FailureDetector: typeof FailureDetector;
  readonly AutoRemoval: typeof AutoRemoval;
  readonly Replicator: typeof Replicator;
  readonly Inflights: typeof Inflights;
  readonly Snapshots: typeof Snapshots;
  readonly Applier: typeof Applier;
  readonly Gateway: typeof Gateway;
  readonly ReadIndexQuestions: typeof ReadIndexQuestions;
  readonly Freshness: typeof Freshness;
}

/** The ones that run in production. The simulator puts others in their places, each with a bug, to see that its checks notice. */
export const raftParts: RaftParts = {
  LogStore,
  LogMending,
  LogState,
  Durability,
  Repair,
  HardPromise,
  LeaderWatch,
  Voting,
  FollowerDesk,
  SnapshotDesk,
  LeaderDesk,
  Election,
  Ballot,
  Patience,
  Leader,
  Grant,
  EntryClock,
  Lease,
  GroupClock,
  ClockAlarms,
  Membership,
  Proposals,
  UncommittedBytes,
  ReadRounds,
  Transfer,
  VoterProgress,
  Pace,
  PeerWatch,
  FailureDetector,
  AutoRemoval,
  Replicator,
  Inflights,
  Snapshots,
  Applier,
  Gateway,
  ReadIndexQuestions,
  Freshness,
};
