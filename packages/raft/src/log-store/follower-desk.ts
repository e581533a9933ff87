import type { Sender } from '@quorate/actor';
import { gatewayAt, replicatorAt } from '../addresses.ts';
import { invariant } from '../invariant.ts';
import { type LogIndex, logIndex, maxIndex, minIndex, type Term, term } from '../types.ts';
import type { LogState } from './log-state.ts';
import type { LogStoreMessage } from './messages.ts';
import { type AppendVerdict, verifyAppend } from './verify-append.ts';

type AppendEntries = Extract<LogStoreMessage, { kind: 'appendEntries' }>;

/** A reply that is due: to whom, in which term, and to which AppendEntries. */
interface DueReply {
  readonly term: Term;
  readonly sequence: number;
  readonly round: number;
  readonly promisedMs: number;
  readonly leader: Sender;
}

/** Where the logs part, and what was promised all the same. */
interface Refusal {
  readonly conflictIndex: LogIndex;
  readonly conflictTerm: Term;
  readonly promisedMs: number;
}

/** What the log store does for a leader on another node: Raft figure 2, AppendEntries, receiver. */
export class FollowerDesk {
  readonly #state: LogState;
  /** To the newest AppendEntries whose entries have just reached the disk: one reply answers for all before it. */
  #dueReply: DueReply | null = null;

  constructor(state: LogState) {
    this.#state = state;
  }

  appendEntries(message: AppendEntries, from: Sender): void {
    const state = this.#state;
    const receivedAtMs = state.context.now();
    if (message.term < state.currentTerm)
      return this.#refuse(message, from, { conflictIndex: logIndex(0), conflictTerm: term(0), promisedMs: 0 });
    state.observeTerm(message.term);
    invariant(state.leadership === null, () => `${from.node} leads in term ${message.term}, and so does this node`);
    const { electionTimeoutMinMs, electionTimeoutMaxMs } = message;
    state.watch.timeouts = { electionTimeoutMinMs, electionTimeoutMaxMs };
    state.watch.heard(from);
    state.repair.leaderHeard(from);
    this.#noteFreshness(message.freshness);
    if (!this.isConsistent(message)) return;
    const promisedMs = state.promise.make(message.leaseMs);

    const verdict = this.verify(message);
    if (verdict.kind === 'conflict') {
      state.roundAnswered = Math.max(state.roundAnswered, message.round);
      return this.#refuse(message, from, { ...verdict, promisedMs });
    }
    if (verdict.truncateFrom !== null) this.#truncate(verdict.truncateFrom, message.term, from);
    if (verdict.newEntries.length > 0) state.append(verdict.newEntries, receivedAtMs);
    const verified = logIndex(message.prevLogIndex + message.entries.length);
    state.verifiedIndex = maxIndex(state.verifiedIndex, verified);
    // Beyond what this very message verified, the log may be another leader's.
    state.raiseCommitIndex(minIndex(message.leaderCommit, verified));
    state.repair.advance();
    const reply = { term: message.term, sequence: message.sequence, round: message.round, promisedMs, leader: from };
    this.#acknowledge(reply, verdict.newEntries.length > 0);
  }

  /** The times are of this process's clock, and of no earlier one's. */
  #noteFreshness(freshness: AppendEntries['freshness']): void {
    const { context, identity } = this.#state;
    if (freshness === null || freshness.incarnation !== identity.incarnation) return;
    const { asOf, readIndex } = freshness;
    context.send(gatewayAt(context.self), { kind: 'proven', asOf, readIndex });
  }

  /** Sends the reply that the flush which has just ended was waited for with. */
  replyAfterFlush(): void {
    if (this.#dueReply !== null) this.#reply(this.#dueReply);
    this.#dueReply = null;
  }

  /** Whether the entries begin where they say. One of a later term than the append's own is what a deposed leader would send of its successor's. */
  protected isConsistent({ term: leaderTerm, prevLogIndex, entries }: AppendEntries): boolean {
    if (entries.some((entry) => entry.term > leaderTerm)) return false;
    const [first] = entries;
    return first === undefined || first.index === prevLogIndex + 1;
  }

  protected verify(message: AppendEntries): AppendVerdict {
    return verifyAppend(this.#state.storage, this.#state.commitIndex, message);
  }

  /** Whether what this node says counts for nothing yet: it has lost what it acknowledged before. */
  protected get isRepairing(): boolean {
    return this.#state.repair.isUnderWay;
  }

  /** What may be acknowledged: it is the leader's, as far as its appends of this term have shown, and it is on disk. */
  protected get matchIndex(): LogIndex {
    return minIndex(this.#state.verifiedIndex, this.#state.durability.durableIndex);
  }

  #truncate(from: LogIndex, leaderTerm: Term, leader: Sender): void {
    this.#state.storage.truncate(from);
    this.#state.durability.truncated(from);
    this.#state.logger.info('truncated', { from, term: leaderTerm, leader: leader.node });
  }

  /** A heartbeat is answered at once, and so is a round of confirmation: neither waits for a flush of entries. What was written is acknowledged when it is on disk. */
  #acknowledge(reply: DueReply, wrote: boolean): void {
    const state = this.#state;
    if (!wrote || reply.round > state.roundAnswered) this.#reply(reply);
    state.roundAnswered = Math.max(state.roundAnswered, reply.round);
    if (!wrote) return;
    state.durability.afterWrite(state.storage.written, () => {
      this.#dueReply = reply;
    });
  }

  #reply(reply: DueReply): void {
    const state = this.#state;
    const to = replicatorAt(state.placeOf(reply.leader), state.identity.node);
    state.whenTermFlushed(() => {
      // In another term verifiedIndex speaks of another leader's log.
      if (state.currentTerm !== reply.term) return;
      state.stages.replied(this.matchIndex, state.context.now());
      state.context.send(to, {
        kind: 'appendEntriesReply',
        term: reply.term,
        incarnation: reply.leader.incarnation,
        sequence: reply.sequence,
        round: reply.round,
        success: true,
        isRepairing: this.isRepairing,
        promisedMs: reply.promisedMs,
        clockMs: state.context.now(),
        wallMs: state.context.wallNow(),
        matchIndex: this.matchIndex,
        conflictIndex: logIndex(0),
        conflictTerm: term(0),
      });
    });
  }

  #refuse(message: AppendEntries, from: Sender, { conflictIndex, conflictTerm, promisedMs }: Refusal): void {
    const state = this.#state;
    state.sendWhenTermFlushed(replicatorAt(state.placeOf(from), state.identity.node), {
      kind: 'appendEntriesReply',
      term: state.currentTerm,
      incarnation: from.incarnation,
      sequence: message.sequence,
      round: message.round,
      success: false,
      isRepairing: this.isRepairing,
      promisedMs,
      clockMs: state.context.now(),
      wallMs: state.context.wallNow(),
      matchIndex: logIndex(0),
      conflictIndex,
      conflictTerm,
    });
  }
}
