import type { PeerStage, SnapshotTransfer, Voter } from './store.ts';

/** A member of the group, as the leader sees it. */
export interface Member extends Voter {
  /** `leaving`: it has a vote until the change that is under way is committed. */
  readonly role: 'voter' | 'learner' | 'leaving';
  /** What its node says of itself; null if that does not answer, or is spent. */
  readonly raftRole: 'leader' | 'follower' | 'candidate' | 'learner' | null;
  /** Whether a machine with another data folder answers under its id: it never votes, and the member waits to be replaced. Nothing is known then of how far it is. */
  readonly isSpent: boolean;
  readonly isLeader: boolean;
  /** Of a learner: whether it gets a vote by itself when it has caught up. */
  readonly isPromotedWhenCaughtUp: boolean;
  /** Of a learner: the member that goes when it gets a vote; null if none does. */
  readonly replaces: string | null;
  /** The end of what it is known to have of the leader's log. Null, like all that follows, if no leader tells. */
  readonly matchIndex: bigint | null;
  /** How many entries of the leader's log it is not known to have. */
  readonly lag: bigint | null;
  /** How long ago the leader heard of it; null for the leader. */
  readonly lastContactMs: number | null;
  /** Null until it is measured, and for the leader. */
  readonly roundTripMs: number | null;
  /** The share of the leader's heartbeats of late that it did not answer in time, 0 to 1; null until it is measured, and for the leader. */
  readonly loss: number | null;
  /** By the leader's failure detector; null for the leader. */
  readonly stage: PeerStage | null;
  /** How the log is sent to it; null for the leader. */
  readonly state: 'probe' | 'replicate' | 'snapshot' | 'repair' | null;
  /** How much of a snapshot it has that it is being sent; null if it is not being sent one. */
  readonly transfer: SnapshotTransfer | null;
}

/** The members of a group. */
export interface ClusterMembers {
  readonly leader: string | null;
  /** By id. */
  readonly members: readonly Member[];
  /** The ids that were removed: none comes back. */
  readonly removed: readonly string[];
}

/** A machine that is to come: it begins as a learner, which gets the log and has no vote. */
export interface NewMember {
  readonly id: string;
  /** Whether it gets a vote by itself when it has caught up; not unless this says so, or it replaces a member. */
  readonly promote?: boolean;
  /** The member that goes when this one gets its vote. */
  readonly replaces?: string;
}

/** A change of the members, in one step. Each id stands in it once. */
export interface MemberChanges {
  /** Machines that are to come. */
  readonly add?: readonly (string | NewMember)[];
  /** Learners that are to have a vote. */
  readonly promote?: readonly string[];
  /** Members that are to go. */
  readonly remove?: readonly string[];
  /** Also if too few of the voters are alive afterwards, or a learner has not caught up. */
  readonly force?: boolean;
}

/** A change of the members was committed. */
export interface MembersChanged {
  /** Where in the log the new configuration stands. */
  readonly index: bigint;
}
