import type { NodeId } from '@quorate/actor';
import type { ReadConsistency } from './gateway/read-consistency.ts';
import type { PeerStage } from './leader/failure-detector.ts';
import { type StageRecorder, silentStageRecorder } from './stages/stage-recorder.ts';
import type { AppliedEntry } from './storage/state-machine.ts';
import type { LogIndex, Term } from './types.ts';

/** Fields of one log line. */
export type LogFields = Readonly<Record<string, string | number | boolean | null>>;

/** Where an actor tells what happened, for people. */
export interface Logger {
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
}

/** The span of one commit, open from the proposal to the answer. */
export interface CommitSpan {
  /** The W3C context for whatever the commit causes; null when it is not sampled. */
  readonly traceparent: string | null;
  /** The entry has its place in the log. */
  appended(index: LogIndex, term: Term): void;
  /** The entry is on a quorum. */
  committed(): void;
  end(outcome: 'applied' | 'unknown' | 'refused' | 'overloaded' | 'rejected'): void;
}

/** Traces commits. RPCs are traced by the bus, which sees both their ends. */
export interface CommitTracer {
  /** Null when nothing is to be recorded. `parent` is the caller's traceparent. */
  start(parent: string | null): CommitSpan | null;
}

/** How a node comes to know from which index on its state answers a read: any will do; it has a proof that is fresh enough; the leader has a lease; or a quorum has confirmed the leader. */
export type ReadIndexSource = 'local' | 'proof' | 'lease' | 'round';

/** The span of one read, open until its answer is there. Times are milliseconds of the node's monotonic clock. */
export interface ReadSpan {
  /** The W3C context for whatever the read causes; null when it is not sampled. */
  readonly traceparent: string | null;
  /** The index is known. */
  indexKnown(source: ReadIndexSource): void;
  /** The applier is asked. */
  queried(): void;
  /** `ok`, or the code of an error. */
  end(outcome: string): void;
}

/** Traces reads. */
export interface ReadTracer {
  /** Null when nothing is to be recorded. `parent` is the caller's traceparent. */
  start(consistency: ReadConsistency, parent: string | null): ReadSpan | null;
}

/** A peer has come to another stage of the failure detector. */
export interface PeerStageChange {
  readonly peer: NodeId;
  readonly stage: PeerStage;
  /** How long nothing was, or had been, heard of it. */
  readonly silentMs: number;
}

/** The span of a removal that a leader has decided on by itself. */
export interface RemovalSpan {
  /** `unknown`: the leader lost its office before the removal was committed. */
  end(outcome: 'committed' | 'unknown'): void;
}

/** Traces what befalls the members without anybody having asked for it. */
export interface MemberTracer {
  stageChanged(change: PeerStageChange): void;
  /** The leader removes a voter that was silent for so long. Null when nothing is to be recorded. */
  removing(removal: { readonly peer: NodeId; readonly silentMs: number }): RemovalSpan | null;
}

/** Takes what the leader's streams tell. */
export interface StreamPublisher {
  /** Every applied entry, in order, repeats allowed. */
  publish(applied: readonly AppliedEntry[]): void;
  /** `leader` has taken office, or can be reached again. */
  announceLeader(leader: NodeId, term: Term): void;
}

/** A request between nodes that is under way. A reply bears the kind of its request and `Reply`. */
export interface Rpc {
  readonly peer: NodeId;
  readonly kind: string;
  readonly sequence: number;
  /** The last entry that it brings, if it brings any. */
  readonly last: { readonly index: LogIndex; readonly term: Term } | null;
}

/** A reply to a request, and to all of that kind before it. */
export interface RpcReply {
  readonly peer: NodeId;
  readonly kind: string;
  readonly sequence: number;
  /** Entries are on disk up to here; requests that brought later ones are open yet. Null if it says nothing of that, or refuses: then none is. */
  readonly matchIndex: LogIndex | null;
}

/** Traces the requests between nodes, at both ends. The bus calls it, which sees them all. */
export interface RpcTracer {
  /** A request leaves, because of what is under way in these W3C contexts. The answer is the one that goes with it; null when it is not sampled. */
  requested(rpc: Rpc, causes: readonly string[]): string | null;
  /** Its reply has come. */
  answered(reply: RpcReply): void;
  /** A request has come. */
  received(rpc: Rpc, parent: string | null): void;
  /** Its reply leaves. */
  replied(reply: RpcReply): void;
}

/** A role that a node takes; `pre-candidate` asks whether it would be voted for. */
export type TakenRole = 'pre-candidate' | 'candidate' | 'leader' | 'follower';

/** Why a node campaigns: it heard no leader for an election timeout; it knows that the leader is gone; or the leader has asked it to. */
export type CampaignReason = 'timeout' | 'leaderGone' | 'transfer';

/** Is told which roles a node takes. */
export interface RoleObserver {
  took(role: TakenRole): void;
  /** It begins to campaign, whatever comes of it. */
  campaigns(reason: CampaignReason): void;
}

/** What the actors of a node share, beside their contexts. */
export interface Ports {
  readonly logger: Logger;
  readonly tracer: CommitTracer;
  readonly readTracer: ReadTracer;
  readonly memberTracer: MemberTracer;
  readonly streams: StreamPublisher;
  readonly stages: StageRecorder;
  readonly roles: RoleObserver;
}

/** Ports that do nothing. */
export const silentPorts: Ports = {
  logger: { info: () => {}, warn: () => {}, error: () => {} },
  tracer: { start: () => null },
  readTracer: { start: () => null },
  memberTracer: { stageChanged: () => {}, removing: () => null },
  streams: { publish: () => {}, announceLeader: () => {} },
  stages: silentStageRecorder,
  roles: { took: () => {}, campaigns: () => {} },
};
