import { z } from 'zod';
import { type MessageOf, shape } from '../protocol.ts';

/** What the election accepts. Replies echo the asker's incarnation and sequence, so that an answer to an earlier life is told apart. */
export const electionProtocol = {
  peer: {
    requestVoteReply: z.object({
      term: shape.term,
      incarnation: shape.counter,
      sequence: shape.counter,
      voteGranted: shape.flag,
      /** What the voter's clocks showed when it replied. */
      clockMs: shape.timeMs,
      wallMs: shape.timeMs,
    }),
    requestPreVoteReply: z.object({
      term: shape.term,
      incarnation: shape.counter,
      sequence: shape.counter,
      voteGranted: shape.flag,
    }),
    /** From a log store that was asked for a vote: the removal of the asker is committed, and an id never comes back. */
    memberRemoved: z.object({ incarnation: shape.counter, sequence: shape.counter }),
    /** From the leader of that very term: campaign at once, in its place (dissertation §3.10). */
    timeoutNow: z.object({ term: shape.term }),
  },
  node: {
    /** From the log store: what a campaign would start from. */
    campaignPrepared: z.object({
      attempt: shape.counter,
      term: shape.term,
      lastLogIndex: shape.index,
      lastLogTerm: shape.term,
      configuration: shape.configuration,
      /** Whether this node is a voter, or was one in the newest configuration that it knows to be committed, and its log is whole. */
      mayCampaign: shape.flag,
    }),
    /** From the log store: the term is raised and this node's own vote is on disk. */
    campaigned: z.object({
      attempt: shape.counter,
      term: shape.term,
      lastLogIndex: shape.index,
      lastLogTerm: shape.term,
      configuration: shape.configuration,
    }),
    campaignRefused: z.object({ attempt: shape.counter, term: shape.term }),
    /** From the log store: an AppendEntries of the leader of `term` was accepted as such. */
    leaderHeard: z.object({
      term: shape.term,
      leader: shape.node,
      electionTimeoutMinMs: shape.timeoutMs,
      electionTimeoutMaxMs: shape.timeoutMs,
    }),
    /** From the log store: nobody listens where that leader of `term` was. This node may campaign after so long, if the others before it do not. */
    leaderGone: z.object({ term: shape.term, leader: shape.node, afterMs: z.number().nonnegative() }),
    /** From the log store: the term was raised by someone else. */
    termChanged: z.object({ term: shape.term }),
    /** From the log store: this node voted for another. */
    voteCast: z.object({ term: shape.term }),
    /** From the leader: it cannot be reached, or can again. */
    leaderAside: z.object({ term: shape.term, isAside: shape.flag }),
    /** From the leader: it has stopped leading. */
    leadershipLost: z.object({ term: shape.term, reason: shape.text }),
    /** From the host: the node has a new connection to the bus. */
    busConnected: shape.nothing,
    /** From the gateway: who leads? */
    whoLeads: shape.nothing,
    /** From the gateway: for `status`. */
    describe: z.object({ request: shape.counter }),
  },
} as const;

/** A message to the election; `electionTimeout` is its own timer's, `leaderFailed` its supervisor's. */
export type ElectionMessage =
  | MessageOf<typeof electionProtocol>
  | { readonly kind: 'electionTimeout' }
  | { readonly kind: 'leaderFailed' };
