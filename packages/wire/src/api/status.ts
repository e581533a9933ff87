import type { NodeId } from '@quorate/actor';
import {
  isLogIndex,
  isTerm,
  type Learner,
  type LogIndex,
  type Parting,
  type PeerStage,
  peerStages,
  type Term,
  type Voter,
} from '@quorate/raft';
import { z } from 'zod';
import { decodeMsgpack, encodeMsgpack } from '../config-store/msgpack.ts';
import { MalformedMessage } from './errors.ts';
import {
  type Formation,
  formationSchema,
  learnerSchema,
  nodeIdSchema,
  storageIdSchema,
  voterSchema,
} from './formation.ts';

/** How a leader sends a peer the log. */
export const peerStates = ['probe', 'replicate', 'snapshot', 'repair'] as const;

/** How much of a snapshot a peer has stored. */
export interface SnapshotTransfer {
  readonly storedBytes: number;
  readonly totalBytes: number;
}

/** What a leader knows of one peer. */
export interface PeerStatus {
  readonly id: NodeId;
  readonly matchIndex: LogIndex;
  /** How many entries of the leader's log the peer is not known to have. */
  readonly lag: number;
  /** Of the heartbeats of late, on average; null until it is measured. */
  readonly roundTripMs: number | null;
  /** The share of the heartbeats of late that were not answered in time, 0 to 1; null until it is measured. */
  readonly loss: number | null;
  /** How long ago the leader heard of it. */
  readonly lastContactMs: number;
  /** By the leader's failure detector. */
  readonly stage: PeerStage;
  readonly state: (typeof peerStates)[number];
  /** Null if it is not being sent a snapshot. */
  readonly transfer: SnapshotTransfer | null;
  /** Null until something is known of its clocks, and when nothing was heard of them for ten seconds. */
  readonly clock: ClockStatus | null;
}

/** What a leader knows of a member's clocks. */
export interface ClockStatus {
  /** How far the wall clock is from the time of the group, and how much of that may be wrong. */
  readonly offsetMs: number;
  readonly uncertaintyMs: number;
  /** How much faster the monotonic clock runs than the leader's, in parts in a million; null in the leader itself, and until it is measured. */
  readonly driftPpm: number | null;
  readonly driftUncertaintyPpm: number | null;
  /** The wall clock is farther from the time of the group than it may. */
  readonly isOff: boolean;
  /** The monotonic clock runs so fast or slow that no lease may rest on it. */
  readonly isDrifting: boolean;
}

/** How a leader's lease stands. */
export interface LeaseStatus {
  /** Whether linearizable reads are answered from it now. */
  readonly isValid: boolean;
  /** How many reads of this leadership might have been, and took a round of confirmation instead. */
  readonly fallbacks: number;
}

/** What a leader has on hand. */
export interface LoadStatus {
  /** Of the commands that wait for a place in its log, or have one and are not committed. */
  readonly uncommittedBytes: number;
  /** How many writes of this leadership were refused with `Overloaded`. */
  readonly refused: number;
}

/** The role of a node in its cluster; `removed`: it was a member, and its removal is committed. */
export const roleSchema = z.enum(['leader', 'follower', 'candidate', 'learner', 'removed']);

/** The role of a node in its cluster. */
export type Role = z.infer<typeof roleSchema>;

/** The file system that a node's data folder is on. */
export interface DiskStatus {
  readonly freeBytes: number;
  /** So much has to be free; while it is low, so much as ends that. */
  readonly neededBytes: number;
  readonly isLow: boolean;
}

/** What the NATS server takes that a node is connected to (`max_payload`). */
export interface PayloadStatus {
  readonly maxBytes: number;
  /** The longest messages between nodes. */
  readonly neededBytes: number;
  readonly isLow: boolean;
}

/** How a node stands, by its own account. */
export interface NodeStatus {
  readonly id: NodeId;
  /** Of the operating system's process. */
  readonly pid: number;
  readonly storageId: string;
  /** The version of Quorate that it runs. */
  readonly version: string;
  readonly formation: Formation;
  readonly clusterId: string | null;
  /** Null in a node that is in no cluster. */
  readonly role: Role | null;
  readonly term: Term;
  /** The leader as this node knows it. */
  readonly leader: NodeId | null;
  readonly commitIndex: LogIndex;
  readonly lastApplied: LogIndex;
  readonly lastLogIndex: LogIndex;
  /** The first index that is kept. */
  readonly firstIndex: LogIndex;
  /** How the log was damaged, in a node that has not got all of it again: it takes part in no quorum until then. Null in all others. */
  readonly damage: string | null;
  /** Empty but in a leader. */
  readonly peers: readonly PeerStatus[];
  /** Null but in a leader. */
  readonly lease: LeaseStatus | null;
  /** Its own clocks, as a leader knows them; null in all others. */
  readonly clock: ClockStatus | null;
  /** Null but in a leader. */
  readonly load: LoadStatus | null;
  /** The states that differ from this node's, or that this node's is the odd one: then it serves nobody. Empty in a group that is well. */
  readonly partings: readonly Parting[];
  /** How many messages were dropped unread, by kind. */
  readonly dropped: Readonly<Record<string, number>>;
  /** As it was last looked at; null if it could not be. */
  readonly disk: DiskStatus | null;
  /** Null while it is not connected. */
  readonly payload: PayloadStatus | null;
  /** The code of the error by which this node refuses writes that need room; null while it takes them. */
  readonly writesRefused: 'DiskSpaceLow' | null;
  /** The members by the newest configuration in this node's log, committed or not. */
  readonly voters: readonly Voter[];
  /** While the voters change: those before. Empty at any other time. */
  readonly outgoingVoters: readonly Voter[];
  readonly learners: readonly Learner[];
  /** The ids that were removed: none comes back. */
  readonly removed: readonly NodeId[];
}

const index = z.custom<LogIndex>(isLogIndex);
const term = z.custom<Term>(isTerm);
const count = z.int().min(0);

const clockStatusSchema: z.ZodType<ClockStatus> = z.object({
  offsetMs: z.number(),
  uncertaintyMs: z.number().min(0),
  driftPpm: z.number().nullable(),
  driftUncertaintyPpm: z.number().min(0).nullable(),
  isOff: z.boolean(),
  isDrifting: z.boolean(),
});

const peerStatusSchema: z.ZodType<PeerStatus> = z.object({
  id: nodeIdSchema,
  matchIndex: index,
  lag: count,
  roundTripMs: z.number().min(0).nullable(),
  loss: z.number().min(0).max(1).nullable(),
  lastContactMs: z.number().min(0),
  stage: z.enum(peerStages),
  state: z.enum(peerStates),
  transfer: z.object({ storedBytes: count, totalBytes: count }).nullable(),
  clock: clockStatusSchema.nullable(),
});

/** A node's status as it comes from outside. Fields that this version does not know are dropped. */
export const nodeStatusSchema: z.ZodType<NodeStatus> = z.object({
  id: nodeIdSchema,
  pid: count,
  storageId: storageIdSchema,
  version: z.string(),
  formation: formationSchema,
  clusterId: z.string().nullable(),
  role: roleSchema.nullable(),
  term,
  leader: nodeIdSchema.nullable(),
  commitIndex: index,
  lastApplied: index,
  lastLogIndex: index,
  firstIndex: index,
  damage: z.string().nullable(),
  peers: z.array(peerStatusSchema),
  lease: z.object({ isValid: z.boolean(), fallbacks: count }).nullable(),
  clock: clockStatusSchema.nullable(),
  load: z.object({ uncommittedBytes: count, refused: count }).nullable(),
  partings: z.array(z.object({ node: nodeIdSchema, revision: count, isOdd: z.boolean() })),
  dropped: z.record(z.string(), count),
  disk: z.object({ freeBytes: count, neededBytes: count, isLow: z.boolean() }).nullable(),
  payload: z.object({ maxBytes: count, neededBytes: count, isLow: z.boolean() }).nullable(),
  writesRefused: z.literal('DiskSpaceLow').nullable(),
  voters: z.array(voterSchema),
  outgoingVoters: z.array(voterSchema),
  learners: z.array(learnerSchema),
  removed: z.array(nodeIdSchema),
});

/** The body of a reply of `status`: a map with the fields of `NodeStatus`. */
export const encodeStatus = (status: NodeStatus): Uint8Array => encodeMsgpack(status);

/** @throws {MalformedMessage} */
export function decodeStatus(body: Uint8Array): NodeStatus {
  try {
    return nodeStatusSchema.parse(decodeMsgpack(body));
  } catch {
    throw new MalformedMessage({ what: 'status' });
  }
}

/** A member that does not answer: nothing is known of it but who it is. */
export interface UnreachableNode extends Voter {
  readonly role: 'unreachable';
}

/** A member of a cluster in a list of all. */
export type MemberStatus = NodeStatus | UnreachableNode;

/** A member's status as JSON: numbers of 64 bits are texts. */
export function statusToJson(status: MemberStatus): Readonly<Record<string, unknown>> {
  if (status.role === 'unreachable') return { ...status };
  return {
    ...status,
    term: String(status.term),
    commitIndex: String(status.commitIndex),
    lastApplied: String(status.lastApplied),
    lastLogIndex: String(status.lastLogIndex),
    firstIndex: String(status.firstIndex),
    partings: status.partings.map((parting) => ({ ...parting, revision: String(parting.revision) })),
    peers: status.peers.map((peer) => ({ ...peer, matchIndex: String(peer.matchIndex), lag: String(peer.lag) })),
  };
}
