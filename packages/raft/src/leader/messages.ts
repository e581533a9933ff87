import { z } from 'zod';
import { membershipChange } from '../membership/membership-change.ts';
import { type MessageOf, shape } from '../protocol.ts';
import type { LinkMeasurements } from '../replicator/link-statistics.ts';

const measured = z.number().nonnegative().nullable();

/** What is measured of the road to a peer. */
const link: z.ZodType<LinkMeasurements> = z.object({
  roundTripMs: measured,
  leastRoundTripMs: measured,
  loss: measured,
  flushMs: measured,
});

/** What another node's clocks showed when it answered: see `ClockReading`. */
const clockReading = z.object({
  askedAtMs: shape.timeMs,
  heardAtMs: shape.timeMs,
  incarnation: shape.counter,
  clockMs: shape.timeMs,
  wallMs: shape.timeMs,
});

/** What the leader accepts. `peer` kinds come from the gateways, its own node's included. */
export const leaderProtocol = {
  peer: {
    /** Propose a command. `floor` is the lowest sequence that the gateway still waits for: below it nothing is taken any more. */
    propose: z.object({
      term: shape.term,
      sequence: shape.counter,
      floor: shape.counter,
      command: shape.bytes,
      traceparent: shape.text.nullable(),
    }),
    /** Change the members. */
    proposeChange: z.object({
      term: shape.term,
      sequence: shape.counter,
      floor: shape.counter,
      change: membershipChange,
    }),
    /** Hand leadership to `target`, or to whoever is farthest if it is null. Only a refusal is answered. */
    transferLeadership: z.object({ term: shape.term, sequence: shape.counter, target: shape.node.nullable() }),
    /** From which index on does a state show all that was acknowledged before now (Raft §6.4 of the dissertation)? */
    readIndex: z.object({
      term: shape.term,
      sequence: shape.counter,
      /** Whether the leader may answer from its lease, and need not ask a quorum. */
      mayUseLease: shape.flag,
      /** Of a read that is sampled, if one is among those that it is asked for. */
      traceparent: shape.text.optional(),
    }),
    /** From the log store of a node that follows, and has heard nothing for longer than usual: are you there? A heartbeat answers. */
    leaderProbe: z.object({ probe: shape.counter }),
  },
  node: {
    /** From the host: the node has lost its connection to the bus. */
    busLost: shape.nothing,
    /** From the host: it has a new one. */
    busConnected: shape.nothing,
    /** From the log store: the token, without which nothing that a leader does counts. */
    leadershipGranted: z.object({
      token: shape.token,
      term: shape.term,
      lastLogIndex: shape.index,
      /** When the entry at `lastLogIndex` got its place. */
      lastTime: shape.time,
      commitIndex: shape.index,
      /** Of the commands in the log beyond `commitIndex`, up to `countedThrough`: the rest of a long tail is asked for. */
      uncommittedBytes: shape.counter,
      countedThrough: shape.index,
      configuration: shape.configuration,
      configurationIndex: shape.index,
    }),
    /** From the log store: of the commands beyond `after`, as far as it was asked. */
    uncommittedCounted: z.object({
      token: shape.token,
      after: shape.index,
      uncommittedBytes: shape.counter,
      countedThrough: shape.index,
    }),
    /** From the log store: no token, or no longer. */
    leadershipRefused: z.object({ term: shape.term }),
    /** From the log store: the log of this token now ends at `lastLogIndex`. */
    appended: z.object({ token: shape.token, lastLogIndex: shape.index }),
    /** From the log store: entries of this token up to `durableIndex` are on this node's disk. */
    durable: z.object({ token: shape.token, durableIndex: shape.index, truncationEpoch: shape.counter }),
    /** From the log store: when `round` was asked of it the token was good. `askedAt` is that of the question, and `promisedMs` the hard promise that counts. */
    roundConfirmed: z.object({
      token: shape.token,
      round: shape.counter,
      askedAt: shape.moment,
      promisedMs: shape.promiseMs,
    }),
    /** From a replicator: what its peer has acknowledged. */
    matched: z.object({
      token: shape.token,
      peer: shape.node,
      matchIndex: shape.index,
      round: shape.counter,
      /** The hard promise that its answer states; null if it is not known any more when the question was sent. */
      promise: z.object({ sentAt: shape.moment, promisedMs: shape.promiseMs }).nullable(),
      mode: z.enum(['probe', 'replicate', 'snapshot', 'repair']),
      /** How far the snapshot is that it is being sent; null if it is not being sent one. */
      transfer: z.object({ storedBytes: shape.counter, totalBytes: shape.counter }).nullable(),
      /** As it is measured by now. */
      link,
      /** What its clocks showed; null if it is not known any more when it was asked. */
      reading: clockReading.nullable(),
    }),
    /** From the applier: what became of entries, in order. */
    applied: z.object({
      results: z.array(z.object({ index: shape.index, term: shape.term, result: shape.bytes })).readonly(),
    }),
    /** From the applier: by that log time the state machine, as of `lastApplied`, wants a no-op. */
    due: z.object({ logTimeMs: shape.timeMs, lastApplied: shape.index }),
    /** From the host: whatever was promised so far may not hold any more. */
    dropLease: z.object({ reason: shape.text }),
    /** From the gateway: for `status`. */
    describe: z.object({ request: shape.counter }),
  },
} as const;

/** A message to the leader; `tick`, `leaseDue` and `tailDue` are its own timers', `replicatorFailed` its supervisor's. */
export type LeaderMessage =
  | MessageOf<typeof leaderProtocol>
  | { readonly kind: 'tick' }
  | { readonly kind: 'leaseDue' }
  | { readonly kind: 'tailDue' }
  | { readonly kind: 'replicatorFailed' };
