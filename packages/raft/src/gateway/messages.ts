import { z } from 'zod';
import { peerStages } from '../leader/failure-detector.ts';
import { changeRefusalCode, membershipChange } from '../membership/membership-change.ts';
import { type MessageOf, shape } from '../protocol.ts';
import { readConsistency } from './read-consistency.ts';

const role = z.enum(['follower', 'candidate', 'leader']);

/** What is known of a member's clocks: see `ClockFacts`. */
const clock = z.object({
  offsetMs: z.number(),
  uncertaintyMs: z.number().nonnegative(),
  driftPpm: z.number().nullable(),
  driftUncertaintyPpm: z.number().nonnegative().nullable(),
  isOff: shape.flag,
  isDrifting: shape.flag,
});

/** One actor's part of `status`. */
const part = z.discriminatedUnion('actor', [
  z.object({ actor: z.literal('election'), role, term: shape.term, leader: shape.node.nullable() }),
  z.object({
    actor: z.literal('logStore'),
    commitIndex: shape.index,
    firstIndex: shape.index,
    lastLogIndex: shape.index,
    durableIndex: shape.index,
    configuration: shape.configuration,
    /** Why the log is being filled anew; null if it is whole. */
    damage: shape.text.nullable(),
  }),
  z.object({ actor: z.literal('applier'), lastApplied: shape.index }),
  z.object({
    actor: z.literal('leader'),
    /** Whether reads are answered from the lease now, and how many that might have been were not. */
    lease: z.object({ isValid: shape.flag, fallbacks: shape.counter }),
    /** Its own. Null if nothing is known. */
    clock: clock.nullable(),
    /** The commands that wait for a place in the log or are not committed, and how many were refused because there were too many. */
    load: z.object({ uncommittedBytes: shape.counter, refused: shape.counter }),
    peers: z
      .array(
        z.object({
          id: shape.node,
          matchIndex: shape.index,
          lag: shape.counter,
          roundTripMs: z.number().nonnegative().nullable(),
          /** The share of heartbeats that were not answered in time. */
          loss: z.number().nonnegative().nullable(),
          /** How long ago it was heard last; since it came, if it never was. */
          lastContactMs: z.number().nonnegative(),
          /** By the failure detector. */
          stage: z.enum(peerStages),
          state: z.enum(['probe', 'replicate', 'snapshot', 'repair']),
          /** How much of a snapshot it has stored that it is being sent; null if it is not being sent one. */
          transfer: z.object({ storedBytes: shape.counter, totalBytes: shape.counter }).nullable(),
          clock: clock.nullable(),
        }),
      )
      .readonly(),
  }),
]);

/** One actor's part of `status`. */
export type StatusPart = z.infer<typeof part>;

/** What became of a proposal: applied with a result; refused before it could enter a log, so that it may be proposed again; unknown; or rejected for good. */
const proposalOutcome = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('applied'), index: shape.index, result: shape.bytes }),
  z.object({ kind: z.literal('refused'), reason: shape.text }),
  /** The leader has as much as it may have at a time: it entered no log, and may be proposed again after a while. */
  z.object({ kind: z.literal('overloaded') }),
  z.object({ kind: z.literal('unknown'), reason: shape.text }),
  /** It makes no sense as things stand, and will not if it is asked again. */
  z.object({ kind: z.literal('rejected'), code: changeRefusalCode, message: shape.text }),
]);

/** What became of a proposal. */
export type ProposalOutcome = z.infer<typeof proposalOutcome>;

/** What became of a snapshot that was asked for. */
const snapshotOutcome = z.discriminatedUnion('kind', [
  /** The log has a record of it. `isNew`: it was taken because it was asked for; else there was one of all that is applied. */
  z.object({ kind: z.literal('recorded'), record: shape.snapshot, isNew: shape.flag }),
  z.object({ kind: z.literal('failed'), reason: shape.text }),
]);

/** What became of a snapshot that was asked for. */
export type SnapshotOutcome = z.infer<typeof snapshotOutcome>;

/** What the gateway accepts. */
export const gatewayProtocol = {
  peer: {
    proposeReply: z.object({
      term: shape.term,
      incarnation: shape.counter,
      sequence: shape.counter,
      outcome: proposalOutcome,
    }),
    /** Only a refusal: a transfer that succeeds is seen. */
    transferReply: z.object({
      term: shape.term,
      incarnation: shape.counter,
      sequence: shape.counter,
      code: changeRefusalCode,
      message: shape.text,
    }),
    readIndexReply: z.object({
      term: shape.term,
      incarnation: shape.counter,
      sequence: shape.counter,
      /** Null if the asked one does not lead in that term. */
      readIndex: shape.index.nullable(),
      /** Whether it was the lease that answered; said where a question is in a trace, and the lease did. */
      isLeased: shape.flag.optional(),
    }),
  },
  node: {
    /** From the api. `request` is unique in the incarnation. */
    write: z.object({
      request: shape.counter,
      command: shape.bytes,
      timeoutMs: z.number().nonnegative(),
      traceparent: shape.text.nullable(),
    }),
    /** From the api. */
    changeMembers: z.object({ request: shape.counter, change: membershipChange, timeoutMs: z.number().nonnegative() }),
    /** From the api: hand leadership to `target`, or to whoever is farthest if it is null. */
    transfer: z.object({ request: shape.counter, target: shape.node.nullable(), timeoutMs: z.number().nonnegative() }),
    /** From the api. */
    read: z.object({
      request: shape.counter,
      query: shape.bytes,
      consistency: readConsistency,
      /** Of a bounded read. */
      maxStalenessMs: z.number().nonnegative().nullable(),
      /** The state has made so many changes at least; 0: any will do. */
      minRevision: shape.counter,
      timeoutMs: z.number().nonnegative(),
      /** Absent if it is in no trace. */
      traceparent: shape.text.nullable().optional(),
    }),
    /** From the api: committed entries as this node has them. */
    readEntries: z.object({
      request: shape.counter,
      fromIndex: shape.index,
      maxEntries: shape.counter,
      maxBytes: shape.counter,
      timeoutMs: z.number().nonnegative(),
    }),
    /** From the api: a snapshot on this node of all that it has applied; of all that is committed by now, if `isLinearizable`. */
    takeSnapshot: z.object({ request: shape.counter, isLinearizable: shape.flag, timeoutMs: z.number().nonnegative() }),
    /** From the api. */
    readStatus: z.object({ request: shape.counter, timeoutMs: z.number().nonnegative() }),
    /** From the host: this node is no member any more. Whatever waits for a leader is told that there is none, now and from now on. */
    retire: z.object({ reason: shape.text }),
    /** From the election. */
    leaderKnown: z.object({ term: shape.term, leader: shape.node.nullable() }),
    /** From the applier. */
    queryAnswer: z.object({ request: shape.counter, answer: shape.bytes }),
    /** From the applier: the state has made `revision` changes, which are fewer than the read wants. If it is not final the query waits there. */
    queryNotYet: z.object({ request: shape.counter, isFinal: shape.flag, revision: shape.counter }),
    /** From the log store: a leader has proven that all that was acknowledged before this node's clocks showed `asOf` is at or below `readIndex`. */
    proven: z.object({ asOf: shape.moment, readIndex: shape.index }),
    /** From the applier. */
    snapshotAnswer: z.object({ request: shape.counter, outcome: snapshotOutcome }),
    /** From the log store. */
    committedEntries: z.object({
      request: shape.counter,
      entries: shape.entries,
      firstIndex: shape.index,
      commitIndex: shape.index,
    }),
    /** From an actor that was asked to describe itself. */
    described: z.object({ request: shape.counter, part }),
  },
} as const;

/** A message to the gateway; `tick` is its own timer's. */
export type GatewayMessage = MessageOf<typeof gatewayProtocol> | { readonly kind: 'tick' };

/** The stable codes of what goes wrong in a gateway. After all but `OutcomeUnknown` and `Timeout` it is certain that nothing was written. */
const gatewayErrorCode = z.enum(['NoLeader', 'Overloaded', 'OutcomeUnknown', 'Timeout']);

/** The stable codes of what goes wrong in a gateway. */
export type GatewayErrorCode = z.infer<typeof gatewayErrorCode>;

/** What the gateway answers. */
const answer = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('result'), result: shape.bytes, index: shape.index }),
  z.object({ kind: z.literal('answer'), answer: shape.bytes }),
  z.object({ kind: z.literal('entries'), entries: shape.entries, firstIndex: shape.index, commitIndex: shape.index }),
  /** The leader is another now. */
  z.object({ kind: z.literal('transferred'), leader: shape.node }),
  z.object({ kind: z.literal('status'), parts: z.array(part).readonly() }),
  z.object({ kind: z.literal('snapshot'), outcome: snapshotOutcome }),
  z.object({
    kind: z.literal('error'),
    code: gatewayErrorCode,
    message: shape.text,
  }),
  z.object({ kind: z.literal('rejected'), code: changeRefusalCode, message: shape.text }),
  /** Nothing proves that the state is fresh enough. How old it may be, at best; null if nothing was ever proven. */
  z.object({ kind: z.literal('tooStale'), stalenessMs: z.number().nullable() }),
  /** The state has made `revision` changes, and the read wants more: nobody had written them when it was asked, or this node has not applied them in time. */
  z.object({
    kind: z.literal('revisionMissing'),
    code: z.enum(['RevisionNotWritten', 'NotYetApplied']),
    revision: shape.counter,
  }),
]);

/** What the gateway answers. */
export type GatewayAnswer = z.infer<typeof answer>;

/** What the api of a node accepts: the gateway's answers. */
export const apiProtocol = {
  peer: {},
  node: {
    answered: z.object({ request: shape.counter, answer, leader: shape.node.nullable() }),
  },
} as const;

/** A message to the api. */
export type ApiMessage = MessageOf<typeof apiProtocol>;
