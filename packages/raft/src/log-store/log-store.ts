import type { Actor, Address, Context, NodeId, Sender } from '@quorate/actor';
import { applierAt, electionAt, gatewayAt, leaderAt, replicatorAt, type Where } from '../addresses.ts';
import { invariant } from '../invariant.ts';
import type { Logger } from '../ports.ts';
import { voterOf } from '../quorum.ts';
import type { RaftSettings } from '../settings.ts';
import type { LogStorage } from '../storage/log-storage.ts';
import {
  type Configuration,
  type LeaderToken,
  type LogIndex,
  leaderToken,
  logIndex,
  maxIndex,
  minIndex,
  type Term,
  term,
} from '../types.ts';
import { Durability } from './durability.ts';
import type { LogStoreMessage } from './messages.ts';
import { lastIndexNotAbove, verifyAppend } from './verify-append.ts';

type Of<Kind extends LogStoreMessage['kind']> = Extract<LogStoreMessage, { kind: Kind }>;

/** What a log store is made from. */
export interface LogStoreOptions {
  readonly storage: LogStorage;
  /** How this node signs what it sends. */
  readonly identity: Sender;
  /** The members as of the beginning of the log. */
  readonly configuration: Configuration;
  /** All up to here is known to be committed, because the state machine has applied it. */
  readonly lastApplied: LogIndex;
  readonly settings: RaftSettings;
  readonly logger: Logger;
}

interface Leadership {
  readonly term: Term;
  readonly asker: number;
  readonly token: LeaderToken;
}

/** The newest AppendEntries of the current term whose entries have just reached the disk: one reply answers for all before it. */
interface DueReply {
  readonly term: Term;
  readonly sequence: number;
  readonly round: number;
  readonly leader: Sender;
}

/**
 * All that is durable of one group on one node: currentTerm, votedFor and log[], and beside them commitIndex, the promise
 * to a live leader. Every step that Raft's proof rests on is one message to this actor; any other actor may be
 * late, lost or restarted, and costs progress, never safety.
 */
export class LogStore implements Actor<LogStoreMessage> {
  readonly #context: Context<LogStoreMessage>;
  readonly #storage: LogStorage;
  readonly #durability: Durability;
  readonly #identity: Sender;
  readonly #settings: RaftSettings;
  readonly #logger: Logger;
  readonly #configuration: Configuration;
  #commitIndex: LogIndex;
  /** The end of what this term's leader is known to have in common with this log. Starts anew in each term. */
  #verifiedIndex: LogIndex = logIndex(0);
  /** The term that `campaign` raised last, in this incarnation. */
  #campaignedTerm: Term | null = null;
  #leadership: Leadership | null = null;
  #tokensGiven = 0;
  #leaderHeardAtMs: number | null = null;
  /** The newest round of confirmation that was answered in this term. */
  #roundAnswered = 0;
  #dueReply: DueReply | null = null;
  /** The write that holds the current term and vote: what names them waits for it, and for nothing later. */
  #hardStateWrite = 0;
  #appliedIndex: LogIndex;

  constructor(context: Context<LogStoreMessage>, options: LogStoreOptions) {
    this.#context = context;
    this.#storage = options.storage;
    this.#identity = options.identity;
    this.#settings = options.settings;
    this.#logger = options.logger;
    this.#configuration = options.configuration;
    this.#durability = new Durability(options.storage);
    this.#commitIndex = options.lastApplied;
    this.#appliedIndex = options.lastApplied;
    invariant(
      options.lastApplied <= options.storage.lastIndex,
      () => `the state machine has applied ${options.lastApplied}, but the log ends at ${options.storage.lastIndex}`,
    );
  }

  get #currentTerm(): Term {
    return this.#storage.hardState.currentTerm;
  }

  get #lastLogIndex(): LogIndex {
    return this.#storage.lastIndex;
  }

  get #lastLogTerm(): Term {
    return this.#storage.termAt(this.#storage.lastIndex) ?? term(0);
  }

  receive(message: LogStoreMessage, from: Sender): void {
    switch (message.kind) {
      case 'appendEntries':
        return this.#appendEntries(message, from);
      case 'requestVote':
        return this.#requestVote(message, from);
      case 'requestPreVote':
        return this.#requestPreVote(message, from);
      case 'prepareCampaign':
        return this.#prepareCampaign(message);
      case 'campaign':
        return this.#campaign(message);
      case 'observeTerm':
        return this.#observeTerm(message.term);
      case 'becomeLeader':
        return this.#becomeLeader(message);
      case 'append':
        return this.#append(message);
      case 'commit':
        return this.#commit(message);
      case 'confirmRound':
        return this.#confirmRound(message);
      case 'prepareAppend':
        return this.#prepareAppend(message);
      case 'readCommitted':
        return this.#readCommitted(message);
      case 'applied':
        this.#appliedIndex = maxIndex(this.#appliedIndex, message.index);
        return;
      case 'flushed':
        return this.#flushed(message.written);
      case 'describe':
        return this.#describe(message.request);
      case 'repeat':
        return this.#noticeApplier();
      default:
        return message satisfies never;
    }
  }

  // --- terms and votes -------------------------------------------------------------------------------------------------

  /** Raft §5.1: a higher term, wherever it is seen, is taken over. The vote of the new term is still free. */
  #observeTerm(observed: Term): void {
    if (observed <= this.#currentTerm) return;
    this.#setHardState(observed, null);
    this.#enterTerm();
    this.#context.send(electionAt(this.#context.self), { kind: 'termChanged', term: observed });
  }

  #setHardState(currentTerm: Term, votedFor: NodeId | null): void {
    this.#storage.setHardState({ currentTerm, votedFor });
    this.#hardStateWrite = this.#storage.written;
  }

  #enterTerm(): void {
    this.#leadership = null;
    this.#verifiedIndex = logIndex(0);
    this.#roundAnswered = 0;
    this.#dueReply = null;
  }

  /** Whether a leader was heard so lately that no one else may have this node's vote (Raft §6, end; dissertation §4.2.3). */
  #protectsLeader(): boolean {
    if (this.#leaderHeardAtMs === null) return false;
    return this.#context.now() - this.#leaderHeardAtMs < this.#settings.electionTimeoutMinMs;
  }

  #isUpToDate(candidate: { readonly lastLogIndex: LogIndex; readonly lastLogTerm: Term }): boolean {
    if (candidate.lastLogTerm !== this.#lastLogTerm) return candidate.lastLogTerm > this.#lastLogTerm;
    return candidate.lastLogIndex >= this.#lastLogIndex;
  }

  /** Raft figure 2, RequestVote. Who is asking is not looked up in the configuration: a voter may not have heard yet that it is one (etcd: campaign_learner_must_vote). */
  #requestVote(message: Of<'requestVote'>, from: Sender): void {
    const protects = this.#protectsLeader();
    if (!protects) this.#observeTerm(message.term);
    const { currentTerm, votedFor } = this.#storage.hardState;
    const free = votedFor === null || votedFor === from.node;
    const voteGranted = !protects && message.term === currentTerm && free && this.#isUpToDate(message);
    if (voteGranted && votedFor === null) {
      this.#setHardState(currentTerm, from.node);
      this.#context.send(electionAt(this.#context.self), { kind: 'voteCast', term: currentTerm });
      this.#logger.info('voted', { term: currentTerm, candidate: from.node });
    }
    const reply = { term: currentTerm, incarnation: from.incarnation, sequence: message.sequence, voteGranted };
    this.#sendWhenTermFlushed(electionAt(this.#addressOf(from)), { kind: 'requestVoteReply', ...reply });
  }

  #requestPreVote(message: Of<'requestPreVote'>, from: Sender): void {
    const voteGranted = !this.#protectsLeader() && message.term > this.#currentTerm && this.#isUpToDate(message);
    const reply = { term: this.#currentTerm, incarnation: from.incarnation, sequence: message.sequence, voteGranted };
    this.#sendWhenTermFlushed(electionAt(this.#addressOf(from)), { kind: 'requestPreVoteReply', ...reply });
  }

  #prepareCampaign(message: Of<'prepareCampaign'>): void {
    this.#context.send(electionAt(this.#context.self), {
      kind: 'campaignPrepared',
      attempt: message.attempt,
      ...this.#campaignState(),
    });
  }

  /** One step: the term is still the one that the election saw, it is raised, and this node's vote is its own. Else a late timer of the election would break a promise that was made meanwhile. */
  #campaign(message: Of<'campaign'>): void {
    const election = electionAt(this.#context.self);
    if (message.fromTerm !== this.#currentTerm || this.#protectsLeader() || !this.#isVoter()) {
      this.#sendWhenTermFlushed(election, {
        kind: 'campaignRefused',
        attempt: message.attempt,
        term: this.#currentTerm,
      });
      return;
    }
    const raised = term(this.#currentTerm + 1);
    this.#setHardState(raised, this.#identity.node);
    this.#enterTerm();
    this.#campaignedTerm = raised;
    this.#sendWhenTermFlushed(election, { kind: 'campaigned', attempt: message.attempt, ...this.#campaignState() });
  }

  #isVoter(): boolean {
    return voterOf(this.#configuration, this.#identity) !== null;
  }

  #campaignState(): { term: Term; lastLogIndex: LogIndex; lastLogTerm: Term; configuration: Configuration } {
    return {
      term: this.#currentTerm,
      lastLogIndex: this.#lastLogIndex,
      lastLogTerm: this.#lastLogTerm,
      configuration: this.#configuration,
    };
  }

  // --- the own leader --------------------------------------------------------------------------------------------------

  /** Only the term that this incarnation's `campaign` raised, and only one asker in it: two leaders of one term would write different entries under one index and term. */
  #becomeLeader(message: Of<'becomeLeader'>): void {
    const leader = leaderAt(this.#context.self);
    const own = message.term === this.#currentTerm && message.term === this.#campaignedTerm;
    if (!own || (this.#leadership !== null && this.#leadership.asker !== message.asker)) {
      this.#context.send(leader, { kind: 'leadershipRefused', term: this.#currentTerm });
      return;
    }
    if (this.#leadership === null) {
      this.#tokensGiven += 1;
      this.#leadership = { term: message.term, asker: message.asker, token: leaderToken(this.#tokensGiven) };
      this.#leaderHeardAtMs = this.#context.now();
    }
    this.#context.send(leader, {
      kind: 'leadershipGranted',
      token: this.#leadership.token,
      term: message.term,
      lastLogIndex: this.#lastLogIndex,
      commitIndex: this.#commitIndex,
      configuration: this.#configuration,
    });
  }

  #holds(token: LeaderToken): boolean {
    return this.#leadership?.token === token;
  }

  #append(message: Of<'append'>): void {
    if (!this.#holds(message.token)) return this.#refuseLeader();
    const leader = leaderAt(this.#context.self);
    const end = logIndex(message.prevLogIndex + message.entries.length);
    // A repeat of what is in the log already: its answer was lost.
    if (message.prevLogIndex !== this.#lastLogIndex) {
      if (end <= this.#lastLogIndex) {
        this.#context.send(leader, { kind: 'appended', token: message.token, lastLogIndex: this.#lastLogIndex });
      }
      return;
    }
    for (const entry of message.entries) {
      invariant(
        entry.term === this.#currentTerm,
        () => `a leader of term ${this.#currentTerm} appends an entry of term ${entry.term}`,
      );
    }
    this.#storage.append(message.entries);
    this.#durability.appended();
    this.#context.send(leader, { kind: 'appended', token: message.token, lastLogIndex: this.#lastLogIndex });
  }

  #commit(message: Of<'commit'>): void {
    if (!this.#holds(message.token) || message.commitIndex <= this.#commitIndex) return;
    invariant(
      message.commitIndex <= this.#lastLogIndex,
      () => `a leader commits ${message.commitIndex} beyond its log's end ${this.#lastLogIndex}`,
    );
    // Raft §5.4.2: an entry of an earlier term is committed only by one of the leader's own that follows it.
    invariant(
      this.#storage.termAt(message.commitIndex) === this.#currentTerm,
      () => `a leader of term ${this.#currentTerm} commits ${message.commitIndex} by counting an entry of another term`,
    );
    this.#raiseCommitIndex(message.commitIndex);
  }

  #confirmRound(message: Of<'confirmRound'>): void {
    if (!this.#holds(message.token)) return this.#refuseLeader();
    this.#leaderHeardAtMs = this.#context.now();
    const { token, round } = message;
    this.#context.send(leaderAt(this.#context.self), { kind: 'roundConfirmed', token, round });
    this.#noticeLeader();
  }

  #prepareAppend(message: Of<'prepareAppend'>): void {
    if (!this.#holds(message.token)) return this.#refuseLeader();
    const nextIndex = message.conflict === null ? message.nextIndex : this.#nextIndexAfter(message.conflict);
    const prevLogIndex = logIndex(Math.min(nextIndex - 1, this.#lastLogIndex));
    const prevLogTerm = this.#storage.termAt(prevLogIndex);
    invariant(prevLogTerm !== null, () => `entry ${prevLogIndex} is no longer in the log`);
    const wanted = message.maxEntries > 0 && prevLogIndex < this.#lastLogIndex;
    const entries = wanted ? this.#storage.read(logIndex(prevLogIndex + 1), message) : [];
    this.#context.send(replicatorAt(this.#context.self, message.peer), {
      kind: 'appendPrepared',
      token: message.token,
      sequence: message.sequence,
      prevLogIndex,
      prevLogTerm,
      entries,
      leaderCommit: this.#commitIndex,
    });
  }

  #nextIndexAfter(conflict: { readonly conflictIndex: LogIndex; readonly conflictTerm: Term }): LogIndex {
    const { conflictIndex } = lastIndexNotAbove(this.#storage, conflict.conflictTerm, conflict.conflictIndex);
    return logIndex(conflictIndex + 1);
  }

  #refuseLeader(): void {
    this.#context.send(leaderAt(this.#context.self), { kind: 'leadershipRefused', term: this.#currentTerm });
  }

  // --- a leader elsewhere ----------------------------------------------------------------------------------------------

  /** Raft figure 2, AppendEntries, receiver. */
  #appendEntries(message: Of<'appendEntries'>, from: Sender): void {
    if (message.term < this.#currentTerm) return this.#refuseAppend(message, from, logIndex(0), term(0));
    this.#observeTerm(message.term);
    invariant(this.#leadership === null, () => `${from.node} leads in term ${message.term}, and so does this node`);
    this.#leaderHeardAtMs = this.#context.now();
    this.#context.send(electionAt(this.#context.self), { kind: 'leaderHeard', term: message.term, leader: from.node });
    // An entry of a later term than the append's own is what a deposed leader would send of its successor's.
    if (message.entries.some((entry) => entry.term > message.term)) return;

    const verdict = verifyAppend(this.#storage, this.#commitIndex, message);
    if (verdict.kind === 'conflict') {
      this.#roundAnswered = Math.max(this.#roundAnswered, message.round);
      return this.#refuseAppend(message, from, verdict.conflictIndex, verdict.conflictTerm);
    }
    if (verdict.truncateFrom !== null) {
      this.#storage.truncate(verdict.truncateFrom);
      this.#durability.truncated(verdict.truncateFrom);
      this.#logger.info('truncated', { from: verdict.truncateFrom, term: message.term, leader: from.node });
    }
    if (verdict.newEntries.length > 0) {
      this.#storage.append(verdict.newEntries);
      this.#durability.appended();
    }
    const verified = logIndex(message.prevLogIndex + message.entries.length);
    this.#verifiedIndex = maxIndex(this.#verifiedIndex, verified);
    this.#raiseCommitIndex(minIndex(message.leaderCommit, verified));
    this.#acknowledge(message, from, verdict.newEntries.length > 0);
  }

  /** A heartbeat is answered at once, and so is a round of confirmation: neither waits for a flush of entries. What was written is acknowledged when it is on disk. */
  #acknowledge(message: Of<'appendEntries'>, from: Sender, wrote: boolean): void {
    const { term: leaderTerm, sequence, round } = message;
    const reply = { term: leaderTerm, sequence, round, leader: from };
    if (!wrote || round > this.#roundAnswered) this.#replyAppended(reply);
    this.#roundAnswered = Math.max(this.#roundAnswered, round);
    if (!wrote) return;
    this.#durability.afterWrite(this.#storage.written, () => {
      if (this.#currentTerm === leaderTerm) this.#dueReply = reply;
    });
  }

  #replyAppended(reply: DueReply): void {
    const to = replicatorAt(this.#addressOf(reply.leader), this.#identity.node);
    this.#whenTermFlushed(() => {
      if (this.#currentTerm !== reply.term) return;
      this.#context.send(to, {
        kind: 'appendEntriesReply',
        term: reply.term,
        incarnation: reply.leader.incarnation,
        sequence: reply.sequence,
        round: reply.round,
        success: true,
        matchIndex: minIndex(this.#verifiedIndex, this.#durability.durableIndex),
        conflictIndex: logIndex(0),
        conflictTerm: term(0),
      });
    });
  }

  #refuseAppend(message: Of<'appendEntries'>, from: Sender, conflictIndex: LogIndex, conflictTerm: Term): void {
    this.#sendWhenTermFlushed(replicatorAt(this.#addressOf(from), this.#identity.node), {
      kind: 'appendEntriesReply',
      term: this.#currentTerm,
      incarnation: from.incarnation,
      sequence: message.sequence,
      round: message.round,
      success: false,
      matchIndex: logIndex(0),
      conflictIndex,
      conflictTerm,
    });
  }

  // --- commit, and what reads the log ----------------------------------------------------------------------------------

  #raiseCommitIndex(index: LogIndex): void {
    if (index <= this.#commitIndex) return;
    this.#commitIndex = index;
    this.#noticeApplier();
  }

  #flushed(written: number): void {
    const before = this.#durability.durableIndex;
    this.#durability.flushed(written);
    if (this.#dueReply !== null) this.#replyAppended(this.#dueReply);
    this.#dueReply = null;
    if (this.#durability.durableIndex === before) return;
    this.#noticeLeader();
    this.#noticeApplier();
  }

  /** To the own leader, which counts this node among those that have an entry only when it is on this disk. */
  #noticeLeader(): void {
    if (this.#leadership === null) return;
    this.#context.send(leaderAt(this.#context.self), {
      kind: 'durable',
      token: this.#leadership.token,
      durableIndex: this.#durability.durableIndex,
      truncationEpoch: this.#durability.truncationEpoch,
    });
  }

  /** Cumulative, and repeated until the applier has got there: losing one costs time only. */
  #noticeApplier(): void {
    const index = minIndex(this.#commitIndex, this.#durability.durableIndex);
    if (index <= this.#appliedIndex) return;
    const leaderTerm = this.#leadership?.term ?? null;
    this.#context.send(applierAt(this.#context.self), { kind: 'committed', index, leaderTerm });
    this.#context.startTimer('repeat', 2 * this.#settings.heartbeatIntervalMs, { kind: 'repeat' });
  }

  #readCommitted(message: Of<'readCommitted'>): void {
    const commitIndex = minIndex(this.#commitIndex, this.#durability.durableIndex);
    const from = maxIndex(message.fromIndex, this.#storage.firstIndex);
    const held = Math.max(0, commitIndex - from + 1);
    const maxEntries = Math.min(message.maxEntries, held);
    const entries = maxEntries === 0 ? [] : this.#storage.read(from, { maxEntries, maxBytes: message.maxBytes });
    const { firstIndex } = this.#storage;
    const page = { kind: 'committedEntries', request: message.request, entries, firstIndex, commitIndex } as const;
    if (message.reader === 'applier') this.#context.send(applierAt(this.#context.self), page);
    else this.#context.send(gatewayAt(this.#context.self), page);
  }

  #describe(request: number): void {
    this.#context.send(gatewayAt(this.#context.self), {
      kind: 'described',
      request,
      part: {
        actor: 'logStore',
        commitIndex: this.#commitIndex,
        firstIndex: this.#storage.firstIndex,
        lastLogIndex: this.#lastLogIndex,
        durableIndex: this.#durability.durableIndex,
        configuration: this.#configuration,
      },
    });
  }

  // --- sending ---------------------------------------------------------------------------------------------------------

  #addressOf(sender: Sender): Where {
    return { node: sender.node, group: this.#context.self.group };
  }

  #whenTermFlushed(send: () => void): void {
    this.#durability.afterWrite(this.#hardStateWrite, send);
  }

  #sendWhenTermFlushed<Message>(to: Address<Message>, message: Message): void {
    this.#whenTermFlushed(() => this.#context.send(to, message));
  }
}
