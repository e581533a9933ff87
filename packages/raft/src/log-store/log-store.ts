import type { Actor, Context, Sender } from '@quorate/actor';
import { applierAt, gatewayAt } from '../addresses.ts';
import type { RaftParts } from '../raft-parts.ts';
import { logIndex, maxIndex } from '../types.ts';
import { answerFetch } from './answer-fetch.ts';
import type { FollowerDesk } from './follower-desk.ts';
import type { LeaderDesk } from './leader-desk.ts';
import type { LogState, LogStoreOptions } from './log-state.ts';
import type { LogStoreMessage } from './messages.ts';
import type { SnapshotDesk } from './snapshot-desk.ts';
import type { Voting } from './voting.ts';

/**
 * All that is durable of one group on one node: currentTerm, votedFor and log[], and beside them commitIndex, the promise
 * to a live leader. Every step that Raft's proof rests on is one message to this actor; any other actor may be
 * late, lost or restarted, and costs progress, never safety.
 */
export class LogStore implements Actor<LogStoreMessage> {
  readonly #state: LogState;
  readonly #voting: Voting;
  readonly #leaderDesk: LeaderDesk;
  readonly #followerDesk: FollowerDesk;
  readonly #snapshotDesk: SnapshotDesk;

  /** @throws {InvariantViolated} if the state machine is ahead of the log */
  constructor(context: Context<LogStoreMessage>, options: LogStoreOptions, parts: RaftParts) {
    this.#state = new parts.LogState(context, options, parts);
    this.#voting = new parts.Voting(this.#state);
    this.#snapshotDesk = new parts.SnapshotDesk(this.#state);
    this.#leaderDesk = new parts.LeaderDesk(this.#state, this.#snapshotDesk);
    this.#followerDesk = new parts.FollowerDesk(this.#state);
  }

  receive(message: LogStoreMessage, from: Sender): void {
    switch (message.kind) {
      case 'appendEntries':
        return this.#followerDesk.appendEntries(message, from);
      case 'installSnapshot':
        return this.#snapshotDesk.installSnapshot(message, from);
      case 'snapshotTaken':
        return this.#snapshotDesk.snapshotTaken(message);
      case 'snapshotReceived':
        return this.#snapshotDesk.snapshotReceived(message);
      case 'requestVote':
        return this.#voting.requestVote(message, from);
      case 'requestPreVote':
        return this.#voting.requestPreVote(message, from);
      case 'repairPoint':
        return this.#leaderDesk.repairPoint(message, from);
      case 'repairPointReply':
        return this.#state.repair.repairPointReply(message);
      case 'fetchEntries':
        return this.#fetchEntries(message, from);
      case 'fetchedEntries':
        // To an incarnation before, whose log had holes.
        return;
      case 'prepareCampaign':
        return this.#voting.prepareCampaign(message);
      case 'campaign':
        return this.#voting.campaign(message);
      case 'observeTerm':
        return this.#state.observeTerm(message.term);
      case 'becomeLeader':
        return this.#leaderDesk.becomeLeader(message, this.#voting.campaignedTerm);
      case 'countUncommitted':
        return this.#leaderDesk.countUncommitted(message);
      case 'append':
        return this.#leaderDesk.append(message);
      case 'commit':
        return this.#leaderDesk.commit(message);
      case 'confirmRound':
        return this.#leaderDesk.confirmRound(message);
      case 'prepareAppend':
        return this.#leaderDesk.prepareAppend(message);
      case 'readCommitted':
        return this.#readCommitted(message);
      case 'applied':
        this.#state.applied(message.index);
        // Whatever kept the log longer may be over.
        return this.#snapshotDesk.compact();
      case 'flushed':
        return this.#flushed(message.written);
      case 'describe':
        return this.#describe(message.request);
      case 'noResponders':
        return this.#state.watch.noResponders(message);
      case 'busConnected':
        return this.#state.watch.busConnected();
      case 'leaderWatchDue':
        return this.#state.watch.timeIsUp();
      case 'repeat':
        return this.#state.noticeApplier();
      default:
        return message satisfies never;
    }
  }

  /** Every write up to `written` is on disk: what waited for it may be said. */
  #flushed(written: number): void {
    const { durability, repair } = this.#state;
    const before = durability.durableIndex;
    durability.flushed(written);
    repair.advance();
    this.#followerDesk.replyAfterFlush();
    if (durability.durableIndex === before) return;
    this.#state.noticeLeader();
    this.#state.noticeApplier();
  }

  #fetchEntries(message: Extract<LogStoreMessage, { kind: 'fetchEntries' }>, from: Sender): void {
    const { context, storage } = this.#state;
    if (!this.#state.isRemoved(from.node)) this.#state.observeTerm(message.term);
    const first = message.indexes.find((index) => index >= storage.firstIndex && index <= storage.lastIndex);
    // This may be the only copy that is left. Of what is not here nothing is, and compaction goes on.
    if (first !== undefined) this.#snapshotDesk.pin(from.node, logIndex(Math.max(0, first - 1)));
    answerFetch(context, { storage, leaderTerm: this.#state.leadership?.term ?? null }, message, from);
  }

  #readCommitted(message: Extract<LogStoreMessage, { kind: 'readCommitted' }>): void {
    const { context, storage, readableIndex: commitIndex } = this.#state;
    const { firstIndex } = storage;
    const from = maxIndex(message.fromIndex, firstIndex);
    const maxEntries = Math.min(message.maxEntries, Math.max(0, commitIndex - from + 1));
    const entries = maxEntries === 0 ? [] : storage.read(from, { maxEntries, maxBytes: message.maxBytes });
    const page = { kind: 'committedEntries', request: message.request, entries, firstIndex, commitIndex } as const;
    if (message.reader === 'applier') context.send(applierAt(context.self), page);
    else context.send(gatewayAt(context.self), page);
  }

  #describe(request: number): void {
    const { context, storage, commitIndex, lastLogIndex, durability, configuration } = this.#state;
    const { firstIndex, damage } = storage;
    const { durableIndex } = durability;
    context.send(gatewayAt(context.self), {
      kind: 'described',
      request,
      part: { actor: 'logStore', commitIndex, firstIndex, lastLogIndex, durableIndex, configuration, damage },
    });
  }
}
