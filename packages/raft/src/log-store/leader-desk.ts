import type { Sender } from '@quorate/actor';
import { leaderAt, logStoreAt, replicatorAt } from '../addresses.ts';
import { invariant } from '../invariant.ts';
import { type LeaderToken, type LogEntry, type LogIndex, leaderToken, logIndex, type Term } from '../types.ts';
import type { LogState } from './log-state.ts';
import type { LogStoreMessage } from './messages.ts';
import type { SnapshotDesk } from './snapshot-desk.ts';
import { uncommittedTail } from './uncommitted-tail.ts';
import { lastIndexNotAbove } from './verify-append.ts';

type Of<Kind extends LogStoreMessage['kind']> = Extract<LogStoreMessage, { kind: Kind }>;

/** What the log store does for the leader and the replicators of its own node. Without the token of the current term, nothing. */
export class LeaderDesk {
  readonly #state: LogState;
  readonly #snapshotDesk: SnapshotDesk;
  #tokensGiven = 0;

  constructor(state: LogState, snapshotDesk: SnapshotDesk) {
    this.#state = state;
    this.#snapshotDesk = snapshotDesk;
  }

  /**
   * Only in the term that this incarnation's `campaign` raised, and to one asker in it: two leaders of one term would
   * write different entries under one index and term. The asker's retry gets the same answer.
   */
  becomeLeader(message: Of<'becomeLeader'>, campaignedTerm: Term | null): void {
    const state = this.#state;
    const own = message.term === state.currentTerm && message.term === campaignedTerm;
    const taken = state.leadership !== null && state.leadership.asker !== message.asker;
    if (!own || taken) return this.#refuse();
    state.leadership ??= { term: message.term, asker: message.asker, token: this.#nextToken() };
    state.watch.heardOwnLeader();
    const { lastTime } = state;
    state.context.send(leaderAt(state.context.self), {
      kind: 'leadershipGranted',
      token: state.leadership.token,
      term: message.term,
      lastLogIndex: state.lastLogIndex,
      lastTime: { timestampUs: lastTime.timestampUs, logTimeMs: lastTime.logTimeMs },
      commitIndex: state.commitIndex,
      ...uncommittedTail(state.storage, state.commitIndex),
      configuration: state.configuration,
      configurationIndex: state.configurationIndex,
    });
  }

  /** Once more has come to the log the end of what was inherited lies before its end; whoever asks knows where. */
  countUncommitted({ token, after }: Of<'countUncommitted'>): void {
    const { context, storage } = this.#state;
    if (!this.#holds(token)) return this.#refuseDeposed();
    context.send(leaderAt(context.self), {
      kind: 'uncommittedCounted',
      token,
      after,
      ...uncommittedTail(storage, after),
    });
  }

  append(message: Of<'append'>): void {
    const state = this.#state;
    const receivedAtMs = state.context.now();
    if (!this.#holds(message.token)) return this.#refuseDeposed();
    const leader = leaderAt(state.context.self);
    const end = logIndex(message.prevLogIndex + message.entries.length);
    if (message.prevLogIndex !== state.lastLogIndex) {
      // A repeat of what is in the log already: its answer was lost.
      if (end > state.lastLogIndex) return;
      state.context.send(leader, { kind: 'appended', token: message.token, lastLogIndex: state.lastLogIndex });
      return;
    }
    const { currentTerm } = state;
    const stray = message.entries.find((entry) => entry.term !== currentTerm);
    invariant(stray === undefined, () => `a leader of term ${currentTerm} appends an entry of term ${stray?.term}`);
    this.#checkTime(message.entries);
    state.append(message.entries, receivedAtMs);
    state.context.send(leader, { kind: 'appended', token: message.token, lastLogIndex: state.lastLogIndex });
  }

  commit(message: Of<'commit'>): void {
    const { currentTerm, commitIndex, lastLogIndex, storage } = this.#state;
    if (!this.#holds(message.token) || message.commitIndex <= commitIndex) return;
    invariant(
      message.commitIndex <= lastLogIndex,
      () => `a leader commits ${message.commitIndex} beyond its log's end ${lastLogIndex}`,
    );
    // Raft §5.4.2: an entry of an earlier term is committed only by one of the leader's own that follows it.
    invariant(
      storage.termAt(message.commitIndex) === currentTerm,
      () => `a leader of term ${currentTerm} commits ${message.commitIndex} by counting an entry of another term`,
    );
    this.#state.raiseCommitIndex(message.commitIndex);
  }

  /** The own log store is asked as any voter is: a leader whose log store has just voted for another must not count itself. */
  confirmRound(message: Of<'confirmRound'>): void {
    const state = this.#state;
    if (!this.#holds(message.token)) return this.#refuseDeposed();
    const { token, round, leaseMs, askedAt, electionTimeoutMinMs, electionTimeoutMaxMs } = message;
    state.watch.timeouts = { electionTimeoutMinMs, electionTimeoutMaxMs };
    state.watch.heardOwnLeader();
    const promisedMs = state.promise.make(leaseMs);
    state.context.send(leaderAt(state.context.self), { kind: 'roundConfirmed', token, round, askedAt, promisedMs });
    state.noticeLeader();
  }

  /** The contents of one AppendEntries, taken in one reading: else a deposed leader's replicator would send what belongs to the new term. */
  prepareAppend(message: Of<'prepareAppend'>): void {
    const { storage, context, commitIndex, lastLogIndex } = this.#state;
    if (!this.#holds(message.token)) return this.#refuseDeposed();
    if (message.snapshotIndex !== null) this.#snapshotDesk.pin(message.peer, message.snapshotIndex);
    const nextIndex = message.conflict === null ? message.nextIndex : this.#nextIndexAfter(message.conflict);
    const prevLogIndex = logIndex(Math.min(nextIndex - 1, lastLogIndex));
    const prevLogTerm = storage.termAt(prevLogIndex);
    // The log has been compacted past what the peer needs.
    if (prevLogTerm === null) return this.#snapshotDesk.tellReplicator(message.peer, message.sequence);
    const wanted = message.maxEntries > 0 && prevLogIndex < lastLogIndex;
    const entries = wanted ? storage.read(logIndex(prevLogIndex + 1), message) : [];
    context.send(replicatorAt(context.self, message.peer), {
      kind: 'appendPrepared',
      token: message.token,
      sequence: message.sequence,
      prevLogIndex,
      prevLogTerm,
      entries,
      leaderCommit: commitIndex,
    });
  }

  /** Whoever asks has all that it ever acknowledged to this leader, once it has all that is in this log now. */
  repairPoint({ term: inTerm, sequence }: Of<'repairPoint'>, from: Sender): void {
    const { leadership } = this.#state;
    if (leadership === null || leadership.term !== inTerm) return;
    const lastLogIndex = this.repairIndex(this.#state);
    const { incarnation } = from;
    const reply = { kind: 'repairPointReply', term: inTerm, incarnation, sequence, lastLogIndex } as const;
    this.#state.sendWhenTermFlushed(logStoreAt(this.#state.placeOf(from)), reply);
  }

  /** Whoever relies on time, for leases and for history, does so on every node: one entry that goes back would expire, or hide, what it must not. */
  #checkTime([first]: readonly LogEntry[]): void {
    if (first === undefined) return;
    const { lastTime } = this.#state;
    invariant(
      first.timestampUs > lastTime.timestampUs && first.logTimeMs >= lastTime.logTimeMs,
      () => `entry ${first.index} is of an earlier time than the entry before it`,
    );
  }

  protected repairIndex({ lastLogIndex }: LogState): LogIndex {
    return lastLogIndex;
  }

  #nextIndexAfter(conflict: { readonly conflictIndex: LogIndex; readonly conflictTerm: Term }): LogIndex {
    const { storage } = this.#state;
    // Where the logs part is no longer in this one.
    if (conflict.conflictIndex < storage.firstIndex - 1) return logIndex(conflict.conflictIndex + 1);
    const { conflictIndex } = lastIndexNotAbove(storage, conflict.conflictTerm, conflict.conflictIndex);
    return logIndex(conflictIndex + 1);
  }

  #nextToken(): LeaderToken {
    this.#tokensGiven += 1;
    return leaderToken(this.#tokensGiven);
  }

  #holds(token: LeaderToken): boolean {
    return this.#state.leadership?.token === token;
  }

  /** In a term in which this node has campaigned, the leader before was stopped first: the refusal would reach its successor. */
  #refuseDeposed(): void {
    const { storage, identity } = this.#state;
    if (storage.hardState.votedFor !== identity.node) this.#refuse();
  }

  #refuse(): void {
    const { context, currentTerm } = this.#state;
    context.send(leaderAt(context.self), { kind: 'leadershipRefused', term: currentTerm });
  }
}
