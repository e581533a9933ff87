import type { NodeId } from '@quorate/actor';
import type { LogIndex, Term } from '../types.ts';

/** What a node remembers of one entry: what it did itself, and when, in milliseconds of its own monotonic clock. Null is what it had no part in, or has forgotten. */
export interface WriteStages {
  readonly index: LogIndex;
  readonly term: Term;
  readonly gateway: GatewayStages | null;
  readonly leader: LeaderStages | null;
  readonly log: LogStages | null;
  readonly applier: ApplierStages | null;
}

/** At the gateway of the node that a client has asked. */
export interface GatewayStages {
  readonly receivedAtMs: number;
  readonly proposedAtMs: number;
  readonly answeredAtMs: number;
}

/** At the leader. */
export interface LeaderStages {
  readonly takenAtMs: number;
  readonly placedAtMs: number;
  readonly committedAtMs: number | null;
  /** Whose acknowledgement completed the quorum; it may be the leader's own. */
  readonly completedBy: NodeId | null;
  readonly settledAtMs: number | null;
  readonly peers: readonly PeerStages[];
}

/** What the leader saw of one peer. */
export interface PeerStages {
  readonly peer: NodeId;
  readonly sentAtMs: number;
  /** When its acknowledgement came. */
  readonly heardAtMs: number | null;
}

/** In the log of a node, leader or follower. */
export interface LogStages {
  readonly receivedAtMs: number;
  readonly appendedAtMs: number;
  /** How many entries were appended with it, itself among them. */
  readonly batchEntries: number;
  readonly flushBeganAtMs: number | null;
  readonly flushEndedAtMs: number | null;
  /** When a follower acknowledged it. */
  readonly repliedAtMs: number | null;
}

/** In the applier of a node. */
export interface ApplierStages {
  readonly beganAtMs: number;
  readonly appliedAtMs: number;
}
