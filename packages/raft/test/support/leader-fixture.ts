import type { NodeId, Sender } from '@quorate/actor';
import {
  type CommitTracer,
  type Configuration,
  decodeConfiguration,
  defaultRaftSettings,
  type LeaderMessage,
  type LeaderToken,
  type LinkMeasurements,
  type LogEntry,
  type Logger,
  leaderToken,
  logIndex,
  type MembershipChange,
  type MemberTracer,
  type RaftParts,
  type RaftSettings,
  raftParts,
  type StageRecorder,
  silentPorts,
  term,
} from '../../src/index.ts';
import { Leader } from '../../src/leader/leader.ts';
import type { VoterPromise } from '../../src/leader/lease.ts';
import type { ClockReading } from '../../src/leader/peer-clock.ts';
import { bytes, timeOf, votersOf } from './entries.ts';
import { FakeContext, momentAt, type Sent, senderOf } from './fake-context.ts';

/** The token of the fixture's office. */
export const token = leaderToken(1);
/** The term of the fixture's office. */
export const officeTerm = term(3);
/** The entries that the log has when the office begins: the no-op stands behind them. */
export const startIndex = 4;
/** The no-op's place. */
export const noopIndex = startIndex + 1;

/** What a test has other than the usual. */
export interface LeaderFixtureOptions {
  readonly settings?: Partial<RaftSettings>;
  readonly tracer?: CommitTracer;
  readonly stages?: StageRecorder;
  readonly memberTracer?: MemberTracer;
  readonly logger?: Logger;
  /** Of the voters' clocks, when they voted. */
  readonly readings?: ReadonlyMap<NodeId, ClockReading>;
  readonly parts?: RaftParts;
}

/** What else the answer of a peer may tell. */
interface Told {
  readonly promise?: VoterPromise;
  readonly reading?: ClockReading;
}

/** The leader of n1 by itself, in a group of three. */
export class LeaderFixture {
  readonly context = new FakeContext<LeaderMessage>('n1', 'leader');
  readonly actor: Leader;
  /** How often it has announced itself. */
  announcements = 0;

  constructor(options: LeaderFixtureOptions = {}) {
    const settings = { ...defaultRaftSettings, ...options.settings };
    const { tracer, stages, memberTracer, logger } = { ...silentPorts, ...options };
    const announceLeader = (): void => {
      this.announcements += 1;
    };
    const streams = { ...silentPorts.streams, announceLeader };
    const identity = senderOf('n1');
    this.actor = new Leader(
      this.context,
      {
        term: officeTerm,
        electionTimeouts: settings,
        readings: options.readings ?? new Map(),
        identity,
        settings,
        tracer,
        stages,
        memberTracer,
        streams,
        logger,
      },
      options.parts ?? raftParts,
    );
  }

  receive(message: LeaderMessage, from: Sender = senderOf('n1')): void {
    this.actor.receive(message, from);
  }

  elapse(forMs: number): void {
    this.context.elapse(this.actor, forMs);
  }

  /** The log store gives the token. */
  grant(
    configuration: Configuration = votersOf('n1', 'n2', 'n3'),
    givenTerm = officeTerm,
    configurationIndex = 0,
    lastTime = timeOf(startIndex),
    uncommittedBytes = 0,
    countedThrough = startIndex,
  ): void {
    this.receive({
      kind: 'leadershipGranted',
      token,
      term: givenTerm,
      lastLogIndex: logIndex(startIndex),
      lastTime,
      commitIndex: logIndex(2),
      uncommittedBytes,
      countedThrough: logIndex(countedThrough),
      configuration,
      configurationIndex: logIndex(configurationIndex),
    });
  }

  /** The log store has counted a page of what it holds beyond `after`. */
  counted(after: number, uncommittedBytes: number, countedThrough: number, shown = token): void {
    const page = { after: logIndex(after), uncommittedBytes, countedThrough: logIndex(countedThrough) };
    this.receive({ kind: 'uncommittedCounted', token: shown, ...page });
  }

  /** The log store has put an append at the end of the log. */
  appended(lastLogIndex: number): void {
    this.receive({ kind: 'appended', token, lastLogIndex: logIndex(lastLogIndex) });
  }

  /** This node's disk has all up to `durableIndex`. */
  durable(durableIndex: number, shown = token): void {
    this.receive({ kind: 'durable', token: shown, durableIndex: logIndex(durableIndex), truncationEpoch: 0 });
  }

  /** A peer has all up to `matchIndex` on its disk, and has confirmed `round`. */
  matched(peer: string, matchIndex: number, round = 0, shown = token, told: Told = {}): void {
    this.answered(peer, matchIndex, {}, { round, shown, ...told });
  }

  /** The same, over a link that shows what the test says. */
  answered(
    peer: string,
    matchIndex: number,
    link: Partial<LinkMeasurements>,
    other: Told & { readonly round?: number; readonly shown?: LeaderToken } = {},
  ): void {
    const { round = 0, shown = token, promise = null, reading = null } = other;
    const { node } = senderOf(peer);
    const index = logIndex(matchIndex);
    this.receive({
      kind: 'matched',
      token: shown,
      peer: node,
      matchIndex: index,
      round,
      promise,
      mode: 'replicate',
      transfer: null,
      link: { roundTripMs: 1, leastRoundTripMs: 1, loss: 0, flushMs: 1, ...link },
      reading,
    });
  }

  roundConfirmed(round: number, shown = token, promise: VoterPromise = { sentAt: momentAt(0), promisedMs: 0 }): void {
    const { sentAt: askedAt, promisedMs } = promise;
    this.receive({ kind: 'roundConfirmed', token: shown, round, askedAt, promisedMs });
  }

  propose(
    sequence: number,
    text: string,
    from: Sender = senderOf('n2'),
    other: { inTerm?: number; floor?: number } = {},
  ): void {
    const { inTerm = officeTerm, floor = 0 } = other;
    this.receive(
      { kind: 'propose', term: term(inTerm), sequence, floor, command: bytes(text), traceparent: null },
      from,
    );
  }

  readIndex(
    sequence: number,
    from: Sender = senderOf('n2'),
    other: { inTerm?: number; mayUseLease?: boolean; traceparent?: string } = {},
  ): void {
    const { inTerm = officeTerm, mayUseLease = true, ...traced } = other;
    this.receive({ kind: 'readIndex', term: term(inTerm), sequence, mayUseLease, ...traced }, from);
  }

  /** An operator wants other members. */
  change(
    sequence: number,
    change: MembershipChange,
    from: Sender = senderOf('n2'),
    other: { inTerm?: number; floor?: number } = {},
  ): void {
    const { inTerm = officeTerm, floor = 0 } = other;
    this.receive({ kind: 'proposeChange', term: term(inTerm), sequence, floor, change }, from);
  }

  /** An operator wants another leader. */
  transfer(sequence: number, target: string | null, from: Sender = senderOf('n2'), inTerm: number = officeTerm): void {
    const chosen = target === null ? null : senderOf(target).node;
    this.receive({ kind: 'transferLeadership', term: term(inTerm), sequence, target: chosen }, from);
  }

  /** The applier has applied entries of this office. */
  applied(...indexes: readonly number[]): void {
    const results = indexes.map((index) => ({ index: logIndex(index), term: officeTerm, result: new Uint8Array() }));
    this.receive({ kind: 'applied', results });
  }

  /** In office, the no-op on a quorum: all that has to come first has been. */
  lead(configuration: Configuration = votersOf('n1', 'n2', 'n3'), configurationIndex = 0): void {
    this.grant(configuration, officeTerm, configurationIndex);
    this.appended(noopIndex);
    this.durable(noopIndex);
    for (const { id } of configuration.voters) if (id !== senderOf('n1').node) this.matched(id, noopIndex);
    this.context.take();
  }

  /** The entries that the log store is asked to append, configurations decoded; each is then at the end of the log and on this disk. */
  takeAppended(): { readonly index: number; readonly configuration: Configuration | null }[] {
    const entries = this.takeAll('append').flatMap((append) => append.entries as readonly LogEntry[]);
    const last = entries.at(-1);
    if (last !== undefined) {
      this.appended(last.index);
      this.durable(last.index);
    }
    return entries.map(({ index, kind, command }) => ({
      index,
      configuration: kind === 'configuration' ? decodeConfiguration(command) : null,
    }));
  }

  /** The newest round that the peers are asked to confirm. */
  takeRound(): number {
    return Math.max(...this.takeAll('advance').map(({ round }) => Number(round)));
  }

  take(): Sent[] {
    return this.context.take();
  }

  takeAll(kind: string): Sent['message'][] {
    return this.context.takeAll(kind);
  }

  takeOne(kind: string): Sent['message'] {
    return this.context.takeOne(kind);
  }
}
