import type { CallOptions, PutOptions } from './options.ts';
import type { PutResult } from './store.ts';

/**
 * Where a write may be. `gateway`: in the gateway of the node that was asked, until that knows a leader; `mailbox`: on its way to the leader's
 * mailbox, and in it; `batch`: waiting until the leader's log has the batch before; `append`: in a log's mailbox, and being staged; `flushWait`: waiting for the flush
 * before; `flush`: on its way to the disk; `send`: between log and wire; `wire`: between two nodes; `reply`: between disk and wire; `peer`: between leader
 * and a peer that tells nothing; `quorum`: until the leader has counted it; `applyWait` and `apply`: before and in the state machine; `answer`: on its way back.
 */
export type WriteStageName =
  | 'gateway'
  | 'mailbox'
  | 'batch'
  | 'append'
  | 'flushWait'
  | 'flush'
  | 'send'
  | 'wire'
  | 'reply'
  | 'peer'
  | 'quorum'
  | 'applyWait'
  | 'apply'
  | 'answer';

/** A write in one place, in milliseconds since the gateway has it. */
export interface TimelineStage {
  readonly node: string;
  /** The other node, of what is between two. */
  readonly peer: string | null;
  readonly stage: WriteStageName;
  readonly beginMs: number;
  readonly endMs: number;
  /** Whether the answer waited for it. These follow one another, and add up to the whole. */
  readonly isOnPath: boolean;
}

/** Where the time of a write went, on all nodes that remember it. */
export interface WriteTimeline {
  /** Its place in the log. */
  readonly index: bigint;
  readonly term: bigint;
  readonly leader: string;
  /** Whose acknowledgement completed the quorum; null if nobody remembers it. */
  readonly completedBy: string | null;
  /** From when the gateway had it until its answer left; without the gateway's part, the leader's time. */
  readonly wholeMs: number;
  /** In the order in which they begin. */
  readonly stages: readonly TimelineStage[];
  /** The members that could not be asked, or do not remember it. */
  readonly missing: readonly string[];
}

/** A write that was traced. */
export interface TracedPut extends PutResult {
  /** The W3C trace that it is in: that of its spans, if the nodes export any. */
  readonly traceId: string;
  /** From the call to the answer, as the client has it. */
  readonly clientMs: number;
  /** Null if it is not known where the time went: the write was made all the same. */
  readonly timeline: WriteTimeline | null;
  /** Why there is no timeline; null if there is one. */
  readonly problem: string | null;
}

/** Options of `tracePut`. */
export interface TracePutOptions extends Omit<PutOptions, 'fence'> {}

/** Options of `slowest`. */
export interface SlowestOptions extends CallOptions {
  /** At most so many, from 1 to 100; 10 if not given. */
  readonly limit?: number;
}

/** A write that took long. */
export interface SlowWrite extends WriteTimeline {
  /** How long ago the leader had its result. */
  readonly ageMs: number;
}

/** A message that an actor was told. */
export interface TappedMessage {
  /** By the node's wall clock, in milliseconds since the epoch. */
  readonly atMs: number;
  /** The node that it came from. */
  readonly from: string;
  readonly kind: string;
  /** All else that it says; of bytes, how many there are. Null if that is too much to be shown. */
  readonly fields: Readonly<Record<string, unknown>> | null;
  /** How many messages before it were not shown, because there were too many. */
  readonly skipped: number;
}
