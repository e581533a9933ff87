import type { NodeId } from '@quorate/actor';
import type { StatusPart } from '../gateway/messages.ts';
import { invariant } from '../invariant.ts';
import { isQuorum, membersOf, peersOf, quorumIndex, quorumTimeMs, votersOf } from '../quorum.ts';
import { type LinkMeasurements, unmeasured } from '../replicator/link-statistics.ts';
import type { SnapshotTransfer } from '../replicator/snapshot-sending.ts';
import { type Configuration, type LogIndex, logIndex, maxIndex } from '../types.ts';
import type { PeerStage } from './failure-detector.ts';
import type { Measured } from './pace.ts';

/** How a replicator gets on. */
export interface ReplicationState {
  readonly mode: 'probe' | 'replicate' | 'snapshot' | 'repair';
  readonly link: LinkMeasurements;
  readonly transfer: SnapshotTransfer | null;
}

interface Progress {
  matchIndex: LogIndex;
  confirmedRound: number;
  /** A member that is new to this leadership counts as heard when it comes: see `hasAnswered`. */
  heardAtMs: number;
  /** Whether it has really said anything yet. */
  hasAnswered: boolean;
  replication: ReplicationState;
}

/** What a leader knows of each member, itself included, and what a quorum of the voters has reached. */
export class VoterProgress {
  #configuration: Configuration;
  readonly #progress = new Map<NodeId, Progress>();

  /** Every member counts as heard at `nowMs`: it has just voted, or has a whole election timeout to answer. */
  constructor(configuration: Configuration, nowMs: number) {
    this.#configuration = configuration;
    this.reconfigure(configuration, nowMs);
  }

  /** Counts by another configuration from now on. What is known of whoever stays is kept. */
  reconfigure(configuration: Configuration, nowMs: number): void {
    this.#configuration = configuration;
    for (const { id } of membersOf(configuration)) {
      if (!this.#progress.has(id)) this.#progress.set(id, fresh(nowMs));
    }
  }

  /** Keeps account of a leader that is no member, because its own removal is what it has to commit. It counts for nothing. */
  admit(leader: NodeId, nowMs: number): void {
    if (!this.#progress.has(leader)) this.#progress.set(leader, fresh(nowMs));
  }

  /** Whether this member has said anything in this leadership. */
  hasAnswered(node: NodeId): boolean {
    return this.#progress.get(node)?.hasAnswered === true;
  }

  /** Whether this member has answered since then. The benefit of the doubt that check-quorum gives is none here: one that was never there would be given a vote. */
  isHeard(node: NodeId, sinceMs: number): boolean {
    return this.hasAnswered(node) && this.#of(node).heardAtMs >= sinceMs;
  }

  /** How far this member is. */
  matchIndexOf(node: NodeId): LogIndex {
    return this.#progress.get(node)?.matchIndex ?? logIndex(0);
  }

  /** The voter answers, in this term; `round` is the newest round of confirmation that its answer covers. */
  heard(node: NodeId, round: number, nowMs: number): void {
    const progress = this.#of(node);
    progress.heardAtMs = nowMs;
    progress.hasAnswered = true;
    progress.confirmedRound = Math.max(progress.confirmedRound, round);
  }

  /** The voter has everything up to `matchIndex` on its disk. */
  matched(node: NodeId, matchIndex: LogIndex): void {
    const progress = this.#of(node);
    progress.matchIndex = maxIndex(progress.matchIndex, matchIndex);
  }

  /** How its replicator gets on. */
  observed(node: NodeId, { mode, link, transfer }: ReplicationState): void {
    this.#of(node).replication = { mode, link, transfer };
  }

  /** The highest index that a quorum has on disk. */
  get quorumIndex(): LogIndex {
    return quorumIndex(this.#configuration, ({ id }) => this.#of(id).matchIndex);
  }

  /** Whether a quorum has answered since then. */
  isHeardByQuorum(sinceMs: number): boolean {
    return isQuorum(this.#configuration, ({ id }) => this.#of(id).heardAtMs >= sinceMs);
  }

  /** Whether a quorum has confirmed that round, or a later one. */
  isConfirmedByQuorum(round: number): boolean {
    return isQuorum(this.#configuration, ({ id }) => this.#of(id).confirmedRound >= round);
  }

  /** What the links to the voters show that were heard since then; to `self` there is none, but for a disk. */
  measured(self: NodeId, ownFlushMs: number | null, sinceMs: number): Measured {
    const own: LinkMeasurements = { roundTripMs: 0, leastRoundTripMs: 0, loss: 0, flushMs: ownFlushMs };
    const linkOf = (id: NodeId): LinkMeasurements => {
      if (id === self) return own;
      const { replication, heardAtMs } = this.#of(id);
      return heardAtMs >= sinceMs ? replication.link : unmeasured;
    };
    return {
      roundTripMs: quorumTimeMs(this.#configuration, ({ id }) => linkOf(id).leastRoundTripMs),
      flushMs: quorumTimeMs(this.#configuration, ({ id }) => linkOf(id).flushMs),
      loss: Math.max(...votersOf(this.#configuration).map(({ id }) => linkOf(id).loss ?? 0)),
    };
  }

  /** How the peers of `self` stand, for people. */
  describe(
    self: NodeId,
    lastLogIndex: LogIndex,
    nowMs: number,
    stageOf: (peer: NodeId) => PeerStage,
  ): readonly Omit<Extract<StatusPart, { actor: 'leader' }>['peers'][number], 'clock'>[] {
    return peersOf(this.#configuration, self).map(({ id }) => {
      const { matchIndex, heardAtMs, replication } = this.#of(id);
      const { link, mode: state, transfer } = replication;
      const { roundTripMs, loss } = link;
      const lastContactMs = Math.max(0, nowMs - heardAtMs);
      const lag = Math.max(0, lastLogIndex - matchIndex);
      return { id, matchIndex, roundTripMs, loss, lastContactMs, stage: stageOf(id), state, transfer, lag };
    });
  }

  #of(node: NodeId): Progress {
    const progress = this.#progress.get(node);
    invariant(progress !== undefined, () => `${node} is no member of this leadership`);
    return progress;
  }
}

const fresh = (nowMs: number): Progress => ({
  matchIndex: logIndex(0),
  confirmedRound: 0,
  heardAtMs: nowMs,
  hasAnswered: false,
  replication: { mode: 'probe', link: unmeasured, transfer: null },
});
