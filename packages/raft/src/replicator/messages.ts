import { z } from 'zod';
import { type MessageOf, shape } from '../protocol.ts';

/** What a replicator accepts. */
export const replicatorProtocol = {
  peer: {
    /**
     * `matchIndex` is what the follower has verified against this leader and flushed. A refusal names where the logs part.
     * `sequence` is the newest AppendEntries that the reply covers.
     */
    appendEntriesReply: z.object({
      term: shape.term,
      incarnation: shape.counter,
      sequence: shape.counter,
      round: shape.counter,
      success: shape.flag,
      /** The follower's log was damaged and is being filled: what it says counts for nothing but that. */
      isRepairing: shape.flag,
      /** The hard promise that counts, from the receipt of that AppendEntries. */
      promisedMs: shape.promiseMs,
      /** What the follower's clocks showed when it replied. */
      clockMs: shape.timeMs,
      wallMs: shape.timeMs,
      matchIndex: shape.index,
      conflictIndex: shape.index,
      conflictTerm: shape.term,
    }),
    /** How far the peer has the snapshot: from `nextOffset` on it lacks it. All of it: it is installed, or not needed any more. */
    installSnapshotReply: z.object({
      term: shape.term,
      incarnation: shape.counter,
      sequence: shape.counter,
      id: shape.text,
      nextOffset: shape.counter,
    }),
  },
  node: {
    /** From the log store: it has no more what the peer needs, but for this snapshot. */
    snapshotNeeded: z.object({ token: shape.token, sequence: shape.counter, record: shape.snapshot }),
    /** From the applier: a stretch of a snapshot; null if there is no such file any more. */
    chunkPrepared: z.object({
      sequence: shape.counter,
      id: shape.text,
      chunk: z.object({ offset: shape.counter, bytes: shape.bytes, checksum: shape.counter }).nullable(),
    }),
    /** From the log store: the contents of one AppendEntries. */
    appendPrepared: z.object({
      token: shape.token,
      sequence: shape.counter,
      prevLogIndex: shape.index,
      prevLogTerm: shape.term,
      entries: shape.entries,
      leaderCommit: shape.index,
    }),
    /** From the leader: the peer is silent, and is to be asked whether it is there. */
    probe: shape.nothing,
    /** From the leader: there is more to send, and at which pace. Cumulative, but for the pace and what concerns the lease. */
    advance: z.object({
      lastLogIndex: shape.index,
      commitIndex: shape.index,
      round: shape.counter,
      heartbeatIntervalMs: shape.timeoutMs,
      electionTimeoutMinMs: shape.timeoutMs,
      electionTimeoutMaxMs: shape.timeoutMs,
      /** How long the peer is to make the hard promise; 0: not at all. */
      leaseMs: shape.promiseMs,
      /** The longest time between two heartbeats; null: whatever is usual. */
      maxHeartbeatIntervalMs: z.number().positive().nullable(),
      /** When the lease was valid for certain, and `commitIndex` all that was acknowledged; null if it was not. */
      leasedAtMs: shape.timeMs.nullable(),
    }),
  },
} as const;

/** A message to a replicator; `heartbeat` and `chunksDue` are its own timers'. */
export type ReplicatorMessage = MessageOf<typeof replicatorProtocol> | { readonly kind: 'heartbeat' | 'chunksDue' };
