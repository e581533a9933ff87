import type { Sender } from '@quorate/actor';
import { electionAt } from '../addresses.ts';
import { voterOf } from '../quorum.ts';
import { type Configuration, type LogIndex, type Term, term } from '../types.ts';
import type { LogState } from './log-state.ts';
import type { LogStoreMessage } from './messages.ts';

type Of<Kind extends LogStoreMessage['kind']> = Extract<LogStoreMessage, { kind: Kind }>;

/** The log store's part in elections: it gives this node's votes, and raises its term. */
export class Voting {
  readonly #state: LogState;
  /** The term that `campaign` raised last, in this incarnation: only in it may this node lead. */
  #campaignedTerm: Term | null = null;

  constructor(state: LogState) {
    this.#state = state;
  }

  /** The term in which this node has campaigned last, since it started. */
  get campaignedTerm(): Term | null {
    return this.#campaignedTerm;
  }

  /** Raft figure 2, RequestVote. Who is asking is not looked up in the configuration: a voter may not have heard yet that it is one (etcd: campaign_learner_must_vote). */
  requestVote(message: Of<'requestVote'>, from: Sender): void {
    const state = this.#state;
    if (this.abstains) return;
    if (state.isRemoved(from.node)) return this.#tellRemoved(message, from);
    const protects = !message.isTransfer && this.keepsItsVote;
    if (!protects) state.observeTerm(message.term);
    const { currentTerm, votedFor } = state.storage.hardState;
    const free = votedFor === null || votedFor === from.node;
    const voteGranted = !protects && message.term === currentTerm && free && this.isUpToDate(message);
    if (voteGranted && votedFor === null) {
      state.vote(currentTerm, from.node);
      state.context.send(electionAt(state.context.self), { kind: 'voteCast', term: currentTerm });
      state.logger.info('voted', { term: currentTerm, candidate: from.node });
    }
    const { incarnation } = from;
    const reply = { term: currentTerm, incarnation, sequence: message.sequence, voteGranted };
    state.whenTermFlushed(() => {
      const clocks = { clockMs: state.context.now(), wallMs: state.context.wallNow() };
      state.context.send(electionAt(state.placeOf(from)), { kind: 'requestVoteReply', ...reply, ...clocks });
    });
  }

  /** Would this node vote so? Nothing changes by the answer (dissertation §9.6). */
  requestPreVote(message: Of<'requestPreVote'>, from: Sender): void {
    const state = this.#state;
    if (this.abstains) return;
    if (state.isRemoved(from.node)) return this.#tellRemoved(message, from);
    const isElectable = message.term > state.currentTerm && this.isUpToDate(message);
    const voteGranted = isElectable && !this.keepsItsVote;
    // It need not lose a round for a voter that has not noticed yet.
    if (isElectable && !voteGranted) state.watch.doubt(from.node, () => this.requestPreVote(message, from));
    state.sendWhenTermFlushed(electionAt(state.placeOf(from)), {
      kind: 'requestPreVoteReply',
      term: state.currentTerm,
      incarnation: from.incarnation,
      sequence: message.sequence,
      voteGranted,
    });
  }

  prepareCampaign(message: Of<'prepareCampaign'>): void {
    const { context } = this.#state;
    const { attempt } = message;
    const mayCampaign = this.mayCampaign();
    const prepared = { kind: 'campaignPrepared', attempt, ...this.#start(), mayCampaign } as const;
    context.send(electionAt(context.self), prepared);
  }

  /** One step: the term is still the one that the election saw, it is raised, and this node's vote is its own. Else a late timer of the election would break a promise that was made meanwhile. */
  campaign(message: Of<'campaign'>): void {
    const state = this.#state;
    const election = electionAt(state.context.self);
    const protects = !message.isTransfer && this.keepsItsVote;
    if (message.fromTerm !== state.currentTerm || protects || !this.mayCampaign()) {
      const refused = { kind: 'campaignRefused', attempt: message.attempt, term: state.currentTerm } as const;
      state.sendWhenTermFlushed(election, refused);
      return;
    }
    const raised = term(state.currentTerm + 1);
    state.enterTerm(raised, state.identity.node);
    this.#campaignedTerm = raised;
    state.sendWhenTermFlushed(election, { kind: 'campaigned', attempt: message.attempt, ...this.#start() });
  }

  /** A log that was damaged may lack what it has acknowledged: another log, or this one, would look up to date that is not. */
  protected get abstains(): boolean {
    return this.#state.repair.isUnderWay;
  }

  /**
   * Voters, and those who are none any more once the newest configuration is committed: until then a log that has it may be on
   * such nodes alone, and without them nobody is ever elected (dissertation §4.2.2). The votes that they need are those of that configuration.
   */
  protected mayCampaign(): boolean {
    if (this.abstains) return false;
    const { configuration, committedConfiguration, identity } = this.#state;
    return voterOf(configuration, identity) !== null || voterOf(committedConfiguration, identity) !== null;
  }

  /** Whether nobody may have this node's vote now, itself included: by the hard promise, which leases rest on, or by the soft one, against disruption. A transfer waives both: its leader has asked for it. */
  protected get keepsItsVote(): boolean {
    return this.#state.promise.stands || this.protectsLeader();
  }

  /** Whether a leader was heard so lately that no one else may have this node's vote (Raft §6, end; dissertation §4.2.3), and is not known to be gone. */
  protected protectsLeader(): boolean {
    return this.#state.watch.protectsLeader;
  }

  /** Raft §5.4.1. */
  protected isUpToDate(candidate: { readonly lastLogIndex: LogIndex; readonly lastLogTerm: Term }): boolean {
    const { lastLogIndex, lastLogTerm } = this.#state;
    if (candidate.lastLogTerm !== lastLogTerm) return candidate.lastLogTerm > lastLogTerm;
    return candidate.lastLogIndex >= lastLogIndex;
  }

  /** Else it would ask for ever: whoever was away when it was removed gets the log from nobody any more. */
  #tellRemoved({ sequence }: { readonly sequence: number }, from: Sender): void {
    const { context } = this.#state;
    const told = { kind: 'memberRemoved', incarnation: from.incarnation, sequence } as const;
    context.send(electionAt(this.#state.placeOf(from)), told);
  }

  /** What a campaign starts from. */
  #start(): { term: Term; lastLogIndex: LogIndex; lastLogTerm: Term; configuration: Configuration } {
    const { currentTerm, lastLogIndex, lastLogTerm, configuration } = this.#state;
    return { term: currentTerm, lastLogIndex, lastLogTerm, configuration };
  }
}
