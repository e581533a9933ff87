import type { NodeId, Sender } from '@quorate/actor';
import { electionAt, leaderAt } from '../addresses.ts';
import type { ElectionTimeouts } from '../election-timeouts.ts';
import { votersOf } from '../quorum.ts';
import type { Term } from '../types.ts';
import type { LogState } from './log-state.ts';
import type { LogStoreMessage } from './messages.ts';

type Of<Kind extends LogStoreMessage['kind']> = Extract<LogStoreMessage, { kind: Kind }>;

/** Silence that is shorter than this is usual on any network. */
const leastSilenceMs = 10;
/** A leader that is silent for so many of its usual gaps is asked whether it is there. A question too many costs a heartbeat. */
const gapsInSilence = 3;
/** It is asked again when the silence has lasted longer by this part. */
const partOfSilence = 1 / 4;
/** The usual gap follows each gap by this part of the difference. */
const gapDecay = 1 / 16;
/** So many heartbeats fit into an election timeout at least: no gap that is longer is usual. */
const leastHeartbeats = 3;
/** Of an election timeout: so far apart are the campaigns of those who know that the leader is gone, so that the second hears of the first. */
const campaignSpacing = 1 / 6;
/** Candidates that are made to wait, at most. There are not so many voters. */
const maxWaiting = 64;

/** Who was heard as a leader, last. */
interface Heard {
  readonly leader: NodeId;
  readonly term: Term;
  readonly atMs: number;
}

/**
 * The soft promise, against disruption: no vote within the shortest election timeout of hearing a leader (dissertation §4.2.3). It is waived by this node's own
 * evidence that the leader's process is gone: "no responders", which NATS says of a probe that nobody is there to hear.
 *
 * Nobody else's word counts: with a broken route between NATS servers one side only sees it, and would depose a leader that is well.
 * Evidence is of one silence of one leader, and ends when that is heard again; and it counts only when this node has been on the bus for
 * an election timeout: after a restart of NATS the leader may come back a moment later. The hard promise, which leases rest on, it does not waive.
 */
export class LeaderWatch {
  /** The leader's that was heard last, or the settings: all followers of a leader count by the same. */
  timeouts: ElectionTimeouts;
  readonly #state: LogState;
  #heard: Heard | null = null;
  #usualGapMs: number;
  /** The number of the newest probe, and of the first in this silence. */
  #probe = 0;
  #firstProbe = 1;
  #isGone = false;
  #isWatching = false;
  #connectedAtMs = Number.NEGATIVE_INFINITY;
  /** What candidates have asked, by their nodes, to be looked at again when the leader is known to be gone. */
  readonly #waiting = new Map<NodeId, () => void>();

  constructor(state: LogState) {
    this.#state = state;
    this.timeouts = state.settings;
    this.#usualGapMs = this.#longestGapMs;
  }

  /** Whether the soft promise stands. */
  get protectsLeader(): boolean {
    if (this.#heard === null || this.isGone) return false;
    return this.#state.context.now() - this.#heard.atMs < this.timeouts.electionTimeoutMinMs;
  }

  /** Whether a leader was heard within an election timeout. */
  get hasHeardLately(): boolean {
    return this.#heard !== null && this.#state.context.now() - this.#heard.atMs < this.timeouts.electionTimeoutMaxMs;
  }

  /** Whether this node knows for itself that nobody listens where the leader did. */
  get isGone(): boolean {
    return this.#isGone;
  }

  /** The leader of another node has said something. */
  heard(leader: Sender): void {
    const { context, currentTerm } = this.#state;
    const nowMs = context.now();
    if (this.#heard?.leader === leader.node) this.#noteGap(nowMs - this.#heard.atMs);
    this.#heard = { leader: leader.node, term: currentTerm, atMs: nowMs };
    this.forgetEvidence();
    if (!this.#isWatching) this.#watchFor(this.#silenceMs);
    const { electionTimeoutMinMs, electionTimeoutMaxMs } = this.timeouts;
    context.send(electionAt(context.self), {
      kind: 'leaderHeard',
      term: currentTerm,
      leader: leader.node,
      electionTimeoutMinMs,
      electionTimeoutMaxMs,
    });
  }

  /** The leader of this node holds its office. */
  heardOwnLeader(): void {
    const { context, currentTerm } = this.#state;
    this.#heard = { leader: context.self.node, term: currentTerm, atMs: context.now() };
    this.forgetEvidence();
  }

  /** The node has a new connection to the bus: what it was told on the one before is void. */
  busConnected(): void {
    this.forgetEvidence();
    this.#connectedAtMs = this.#state.context.now();
  }

  /** A candidate asks, and is refused because of the leader: this node looks for itself, and answers again if that is gone. */
  doubt(candidate: NodeId, askAgain: () => void): void {
    if (!this.#waiting.has(candidate) && this.#waiting.size >= maxWaiting) return;
    this.#waiting.set(candidate, askAgain);
    if (this.isGone) this.#answerWhenPromiseIsOver();
    else this.#askLeader();
  }

  /** So long it was silent, or so long the hard promise stood. */
  timeIsUp(): void {
    this.#isWatching = false;
    if (this.isGone) return this.#answerWaiting();
    if (this.#heard === null) return;
    const silentMs = this.#state.context.now() - this.#heard.atMs;
    const leftMs = this.#silenceMs - silentMs;
    if (leftMs >= 1) return this.#watchFor(leftMs);
    // By then this node campaigns, or knows why not.
    if (silentMs > 2 * this.timeouts.electionTimeoutMaxMs) return;
    this.#askLeader();
    // Asked again: the bus may not have known yet, as a process takes a while to die, and its answer may be lost.
    this.#watchFor(Math.max(leastSilenceMs, Math.min(silentMs * partOfSilence, this.timeouts.electionTimeoutMinMs)));
  }

  /** The bus says that nobody was there to hear that probe. */
  noResponders({ leader, probe }: Of<'noResponders'>): void {
    if (!this.isEvidence(leader, probe)) return;
    const { context, promise, logger, currentTerm } = this.#state;
    this.#isGone = true;
    const silentMs = Math.round(context.now() - (this.#heard?.atMs ?? context.now()));
    logger.info('the leader is gone: nobody listens there', { leader, silentMs });
    const spacingMs = this.timeouts.electionTimeoutMinMs * campaignSpacing;
    const afterMs = promise.remainingMs + this.#rankAfter(leader) * spacingMs;
    context.send(electionAt(context.self), { kind: 'leaderGone', term: currentTerm, leader, afterMs });
    this.#answerWhenPromiseIsOver();
  }

  /** Of the leader that was heard last, in the silence that lasts, and not of the time when this node itself has just come to the bus. */
  protected isEvidence(leader: NodeId, probe: number): boolean {
    if (this.isGone || leader !== this.#heard?.leader) return false;
    return probe >= this.#firstProbe && probe <= this.#probe && !this.isQuiet;
  }

  /** Whether this node has come to the bus so lately that others may not be there yet. */
  protected get isQuiet(): boolean {
    return this.#state.context.now() - this.#connectedAtMs < this.timeouts.electionTimeoutMaxMs;
  }

  /** The leader is there: what was asked before it was heard proves nothing any more. */
  protected forgetEvidence(): void {
    this.#isGone = false;
    this.#firstProbe = this.#probe + 1;
    this.#waiting.clear();
  }

  get #longestGapMs(): number {
    return this.timeouts.electionTimeoutMinMs / leastHeartbeats;
  }

  get #silenceMs(): number {
    return Math.max(leastSilenceMs, gapsInSilence * this.#usualGapMs);
  }

  #noteGap(gapMs: number): void {
    const followed = this.#usualGapMs + (gapMs - this.#usualGapMs) * gapDecay;
    this.#usualGapMs = Math.min(this.#longestGapMs, followed);
  }

  #watchFor(delayMs: number): void {
    this.#isWatching = true;
    this.#state.context.startTimer('leaderWatch', delayMs, { kind: 'leaderWatchDue' });
  }

  #askLeader(): void {
    const { context } = this.#state;
    if (this.#heard === null || this.#heard.leader === context.self.node || this.isQuiet) return;
    this.#probe += 1;
    const leader = leaderAt({ node: this.#heard.leader, group: context.self.group });
    context.send(leader, { kind: 'leaderProbe', probe: this.#probe });
  }

  #answerWhenPromiseIsOver(): void {
    const { remainingMs } = this.#state.promise;
    if (remainingMs > 0) this.#watchFor(remainingMs);
    else this.#answerWaiting();
  }

  #answerWaiting(): void {
    const waiting = [...this.#waiting.values()];
    this.#waiting.clear();
    for (const askAgain of waiting) askAgain();
  }

  /** The how-manieth this voter is after the leader, by the configuration: the first campaigns at once, the others only if nothing comes of it. */
  #rankAfter(leader: NodeId): number {
    const ids = votersOf(this.#state.configuration).map(({ id }) => id);
    const from = ids.indexOf(leader);
    const others = [...ids.slice(from + 1), ...ids.slice(0, Math.max(0, from))];
    const rank = others.indexOf(this.#state.identity.node);
    return rank === -1 ? others.length : rank;
  }
}
