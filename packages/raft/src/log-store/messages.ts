import { z } from 'zod';
import { type MessageOf, shape } from '../protocol.ts';

/** Where a follower's log parts from the leader's: its last index whose term is not above the refused prevLogTerm, and that term. */
const conflict = z.object({ conflictIndex: shape.index, conflictTerm: shape.term });

/** By the receiver's own clock, in that life of it: all that was acknowledged before is at or below `readIndex`. */
const freshness = z.object({ incarnation: shape.counter, asOf: shape.moment, readIndex: shape.index });
/** So many places of a log one question may name. */
export const maxPlacesAsked = 512;

/** What the log store accepts. */
export const logStoreProtocol = {
  peer: {
    /** Raft figure 2, AppendEntries RPC. Empty ones are heartbeats. `round` is the newest round of confirmation that the leader asks for, `leaseMs` how long it wants the hard promise. */
    appendEntries: z.object({
      term: shape.term,
      sequence: shape.counter,
      round: shape.counter,
      leaseMs: shape.promiseMs,
      prevLogIndex: shape.index,
      prevLogTerm: shape.term,
      entries: shape.entries,
      leaderCommit: shape.index,
      /** What the leader has proven since the last append; null if nothing. */
      freshness: freshness.nullable(),
      /** By which all followers of this leader count. */
      electionTimeoutMinMs: shape.timeoutMs,
      electionTimeoutMaxMs: shape.timeoutMs,
    }),
    /** Raft figure 13, InstallSnapshot RPC: one chunk. */
    installSnapshot: z.object({
      term: shape.term,
      sequence: shape.counter,
      record: shape.snapshot,
      offset: shape.counter,
      bytes: shape.bytes,
      checksum: shape.counter,
    }),
    /** Raft figure 2, RequestVote RPC. */
    requestVote: z.object({
      term: shape.term,
      sequence: shape.counter,
      lastLogIndex: shape.index,
      lastLogTerm: shape.term,
      /** The leader itself has asked for this campaign: it needs no protection (dissertation §4.2.3). */
      isTransfer: shape.flag,
    }),
    /** Would you vote for me in `term`? Changes nothing (Ongaro's dissertation §9.6). */
    requestPreVote: z.object({
      term: shape.term,
      sequence: shape.counter,
      lastLogIndex: shape.index,
      lastLogTerm: shape.term,
    }),
    /** From a node whose log was damaged, to the leader: where does your log end now? */
    repairPoint: z.object({ term: shape.term, sequence: shape.counter }),
    /** From the leader of that term. */
    repairPointReply: z.object({
      term: shape.term,
      incarnation: shape.counter,
      sequence: shape.counter,
      lastLogIndex: shape.index,
    }),
    /** From a node some of whose records do not pass their checks, to every member: what stands at these places of your log? In order. Its term is told, for a leader of an earlier one has no say in what is left to it. */
    fetchEntries: z.object({
      term: shape.term,
      sequence: shape.counter,
      indexes: z.array(shape.index).min(1).max(maxPlacesAsked).readonly(),
      maxBytes: shape.counter,
    }),
    /**
     * From whoever was asked. It has looked for those up to `throughIndex`; which of them are not among the entries it does not have. `leaderTerm` is the
     * term that it leads, if it leads one as it answers: then what it does not have is in no quorum.
     */
    fetchedEntries: z.object({
      incarnation: shape.counter,
      sequence: shape.counter,
      leaderTerm: shape.term.nullable(),
      entries: shape.entriesOfPlaces,
      throughIndex: shape.index,
    }),
  },
  node: {
    /** From the election: what would a campaign start from? */
    prepareCampaign: z.object({ attempt: shape.counter }),
    /** From the election: raise the term from `fromTerm` and vote for this node, in one step; `isTransfer` if that term's leader has asked for it. */
    campaign: z.object({ attempt: shape.counter, fromTerm: shape.term, isTransfer: shape.flag }),
    /** A reply showed a higher term (Raft §5.1: a stale node becomes a follower). */
    observeTerm: z.object({ term: shape.term }),
    /** From a new leader, which names itself by `asker` so that its retry gets the same answer. */
    becomeLeader: z.object({ term: shape.term, asker: shape.counter }),
    /** From a new leader: how much of what it has inherited is there beyond `after`? A page of it. */
    countUncommitted: z.object({ token: shape.token, after: shape.index }),
    /** From the leader: entries for the end of the log; never truncates. */
    append: z.object({ token: shape.token, prevLogIndex: shape.index, entries: shape.entries }),
    /** From the leader: `commitIndex` is on a quorum. */
    commit: z.object({ token: shape.token, commitIndex: shape.index }),
    /** From the leader: is this token still good, and does this voter promise to keep to it? Its own log store is asked as any voter is. */
    confirmRound: z.object({
      token: shape.token,
      round: shape.counter,
      leaseMs: shape.promiseMs,
      askedAt: shape.moment,
      electionTimeoutMinMs: shape.timeoutMs,
      electionTimeoutMaxMs: shape.timeoutMs,
    }),
    /** From a replicator: the contents of one AppendEntries, taken in one reading. */
    prepareAppend: z.object({
      token: shape.token,
      peer: shape.node,
      sequence: shape.counter,
      nextIndex: shape.index,
      conflict: conflict.nullable(),
      /** Where the snapshot ends that the peer is being sent; null if it is not being sent one. */
      snapshotIndex: shape.index.nullable(),
      maxEntries: shape.counter,
      maxBytes: shape.counter,
    }),
    /** From the applier or the gateway: committed and durable entries. */
    readCommitted: z.object({
      reader: z.enum(['applier', 'gateway']),
      request: shape.counter,
      fromIndex: shape.index,
      maxEntries: shape.counter,
      maxBytes: shape.counter,
    }),
    /** From the applier: this snapshot of its own is whole and flushed. */
    snapshotTaken: z.object({ record: shape.snapshot }),
    /** From the applier: this snapshot of a peer's is whole and flushed. */
    snapshotReceived: z.object({ record: shape.snapshot }),
    /** From the applier: all up to here is in the state machine. */
    applied: z.object({ index: shape.index }),
    /** From the host: the bus says that nobody was there to hear this node's probe of that leader, which it has sent on the present connection. */
    noResponders: z.object({ leader: shape.node, probe: shape.counter }),
    /** From the host: the node has a new connection to the bus. */
    busConnected: shape.nothing,
    /** From the host: every write up to this one is on disk. */
    flushed: z.object({ written: shape.counter }),
    /** From the gateway: for `status`. */
    describe: z.object({ request: shape.counter }),
  },
} as const;

/** A message to the log store; `repeat` and `leaderWatchDue` are its own timers'. */
export type LogStoreMessage =
  | MessageOf<typeof logStoreProtocol>
  | { readonly kind: 'repeat' }
  | { readonly kind: 'leaderWatchDue' };
