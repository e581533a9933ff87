import type { Sender } from '@quorate/actor';
import {
  defaultRaftSettings,
  type LeaderToken,
  type LogEntry,
  leaderToken,
  logIndex,
  type RaftSettings,
  type ReplicatorMessage,
  raftParts,
  silentPorts,
  term,
  type Voter,
} from '../../src/index.ts';
import { Replicator, type ReplicatorPace } from '../../src/replicator/replicator.ts';
import { entriesOf } from './entries.ts';
import { FakeContext, type Sent, senderOf } from './fake-context.ts';
import { usualTimeouts } from './timeouts.ts';

/** The token of the fixture's office, in term 3. */
export const token = leaderToken(1);

/** The pace of a leader on a good network. */
export const usualPace: ReplicatorPace = {
  heartbeatIntervalMs: defaultRaftSettings.heartbeatIntervalMs,
  ...usualTimeouts,
};

const peer: Voter = { id: senderOf('n2').node, storageId: senderOf('n2').storageId };

interface ReplyFields {
  readonly sequence: number;
  readonly matchIndex?: number;
  readonly inTerm?: number;
  readonly round?: number;
  readonly incarnation?: number;
  /** Given, the reply is a refusal: where the logs part, and the term there. */
  readonly conflict?: readonly [index: number, term: number];
  readonly isRepairing?: boolean;
  readonly promisedMs?: number;
  readonly clockMs?: number;
  readonly wallMs?: number;
}

/** The replicator that brings n2's log up to n1's, by itself. The log store of n1 is played: its log has the terms that the test names. */
export class ReplicatorFixture {
  readonly context = new FakeContext<ReplicatorMessage>('n1', 'replicator/n2');
  readonly actor: Replicator;
  /** The log of n1. */
  log: LogEntry[];
  commitIndex = 0;

  constructor(terms: readonly number[], settings: Partial<RaftSettings> = {}) {
    this.log = entriesOf(terms);
    this.actor = new Replicator(
      this.context,
      {
        peer,
        token,
        term: term(3),
        identity: senderOf('n1'),
        settings: { ...defaultRaftSettings, ...settings },
        stages: silentPorts.stages,
        lastLogIndex: logIndex(terms.length),
        pace: usualPace,
      },
      raftParts,
    );
  }

  receive(message: ReplicatorMessage, from: Sender = senderOf('n1')): void {
    this.actor.receive(message, from);
  }

  elapse(forMs: number): void {
    this.context.elapse(this.actor, forMs);
  }

  /** The leader has appended entries of its term. */
  grow(count: number): void {
    this.log = [...this.log, ...entriesOf(Array(count).fill(3), this.log.length + 1)];
    this.advance();
  }

  advance(
    fields: {
      readonly lastLogIndex?: number;
      readonly commitIndex?: number;
      readonly round?: number;
      readonly leaseMs?: number;
      readonly maxHeartbeatIntervalMs?: number | null;
      readonly leasedAtMs?: number | null;
      readonly pace?: ReplicatorPace;
    } = {},
  ): void {
    const { lastLogIndex = this.log.length, commitIndex = this.commitIndex, pace = usualPace } = fields;
    const { round = 0, leaseMs = 0, maxHeartbeatIntervalMs = null, leasedAtMs = null } = fields;
    const places = { lastLogIndex: logIndex(lastLogIndex), commitIndex: logIndex(commitIndex) };
    this.receive({ kind: 'advance', ...places, round, leaseMs, maxHeartbeatIntervalMs, leasedAtMs, ...pace });
  }

  /** Answers, as n1's log store does, all that it is asked for, until nothing more is; the answer is what n2 was sent. @throws {Error} if that has no end */
  exchange(): Sent['message'][] {
    const appends: Sent['message'][] = [];
    for (let turn = 0; turn < 1000; turn += 1) {
      const sent = this.context.take();
      if (sent.length === 0) return appends;
      for (const { to, message } of sent) {
        if (to === 'n2.logStore') appends.push(message);
        if (message.kind === 'prepareAppend') this.prepared(message);
      }
    }
    throw new Error('it asks the log store without end');
  }

  /** One answer of n1's log store. */
  prepared(ask: Sent['message'], shown: LeaderToken = token): void {
    const wanted = ask.conflict === null ? Number(ask.nextIndex) - 1 : this.#lastBefore(ask.conflict);
    const prevLogIndex = Math.min(wanted, this.log.length);
    this.receive({
      kind: 'appendPrepared',
      token: shown,
      sequence: Number(ask.sequence),
      prevLogIndex: logIndex(prevLogIndex),
      prevLogTerm: term(this.log[prevLogIndex - 1]?.term ?? 0),
      entries: this.log.slice(prevLogIndex, prevLogIndex + Number(ask.maxEntries)),
      leaderCommit: logIndex(this.commitIndex),
    });
  }

  reply(fields: ReplyFields, from: Sender = senderOf('n2')): void {
    const { sequence, matchIndex = 0, inTerm = 3, round = 0, incarnation = 1, conflict } = fields;
    const { isRepairing = false, promisedMs = 0, clockMs = 0, wallMs = 0 } = fields;
    this.receive(
      {
        kind: 'appendEntriesReply',
        term: term(inTerm),
        incarnation,
        sequence,
        round,
        success: conflict === undefined,
        isRepairing,
        promisedMs,
        clockMs,
        wallMs,
        matchIndex: logIndex(matchIndex),
        conflictIndex: logIndex(conflict?.[0] ?? 0),
        conflictTerm: term(conflict?.[1] ?? 0),
      },
      from,
    );
  }

  /** Found to agree up to the end of the log: from here on it sends ahead. */
  replicate(): void {
    const [probe] = this.exchange();
    this.reply({ sequence: Number(probe?.sequence), matchIndex: this.log.length });
    this.exchange();
  }

  #lastBefore(conflict: unknown): number {
    const { conflictIndex, conflictTerm } = conflict as { conflictIndex: number; conflictTerm: number };
    return this.log.findLast(({ index, term: value }) => index <= conflictIndex && value <= conflictTerm)?.index ?? 0;
  }
}
