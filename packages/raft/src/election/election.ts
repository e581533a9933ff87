import type { Actor, Context, NodeId, Sender } from '@quorate/actor';
import { gatewayAt, logStoreAt } from '../addresses.ts';
import type { LeaderOptions } from '../leader/leader.ts';
import type { ClockReading } from '../leader/peer-clock.ts';
import type { Logger, RoleObserver } from '../ports.ts';
import { otherVotersOf } from '../quorum.ts';
import type { RaftParts } from '../raft-parts.ts';
import type { RaftSettings } from '../settings.ts';
import { type Configuration, type LogIndex, type Term, term } from '../types.ts';
import type { Ballot, Stage } from './ballot.ts';
import type { ElectionMessage } from './messages.ts';
import type { Patience } from './patience.ts';

type Of<Kind extends ElectionMessage['kind']> = Extract<ElectionMessage, { kind: Kind }>;

/** What an election is made from; what a leader needs is passed on to it when this node wins. */
export interface ElectionOptions {
  readonly identity: Sender;
  readonly settings: RaftSettings;
  readonly logger: Logger;
  readonly roles: RoleObserver;
  readonly leader: Omit<LeaderOptions, 'term' | 'electionTimeouts' | 'readings'>;
}

type Role =
  | { readonly kind: 'follower'; readonly leader: NodeId | null }
  | { readonly kind: 'candidate'; readonly ballot: Ballot }
  | { readonly kind: 'leader'; readonly isAside: boolean };

/** Of the shortest election timeout: the campaigns of those who know that the leader is gone are spread by so much. */
const campaignJitter = 1 / 30;

/** The role of this node, the election timer and the votes received (Raft §5.2, with pre-vote: dissertation §9.6). It proposes; the log store, which holds term and vote, decides. */
export class Election implements Actor<ElectionMessage> {
  readonly #context: Context<ElectionMessage>;
  readonly #options: ElectionOptions;
  readonly #parts: RaftParts;
  readonly #logger: Logger;
  readonly #roles: RoleObserver;
  readonly #patience: Patience;
  #role: Role = { kind: 'follower', leader: null };
  #term: Term = term(0);
  /** Numbers the campaigns of this node: replies echo it. */
  #attempt = 0;
  /** The newest campaign that pre-votes were asked for. */
  #preVoteAttempt = -1;
  /** The campaign that a leader has asked for. */
  #transferAttempt = -1;
  /** It is known that the leader is gone, and no timeout is waited for. */
  #isLeaderGone = false;
  /** When the election timer is due. */
  #timesOutAtMs = 0;
  /** Until then this node is new on the bus. */
  #quietUntilMs = Number.NEGATIVE_INFINITY;
  /** When the votes of the newest ballot were asked for, and what the clocks of those who gave one showed. */
  #askedAtMs = 0;
  readonly #readings = new Map<NodeId, ClockReading>();
  /** This node was a member once, and will never be one again. */
  #isRemoved = false;

  constructor(context: Context<ElectionMessage>, options: ElectionOptions, parts: RaftParts) {
    this.#context = context;
    this.#options = options;
    this.#parts = parts;
    this.#logger = options.logger;
    this.#roles = options.roles;
    this.#patience = new parts.Patience(options.settings);
    this.#restartTimer();
  }

  receive(message: ElectionMessage, from: Sender): void {
    switch (message.kind) {
      case 'electionTimeout':
        return this.#electionTimeout();
      case 'campaignPrepared':
        return this.#campaignPrepared(message);
      case 'campaigned':
        return this.#campaigned(message);
      case 'campaignRefused':
        return this.#campaignRefused(message);
      case 'requestPreVoteReply':
        return this.#voteReply('preVote', message, from);
      case 'requestVoteReply':
        return this.#voteReply('vote', message, from);
      case 'leaderHeard':
        return this.#leaderHeard(message);
      case 'leaderGone':
        return this.#leaderGone(message);
      case 'termChanged':
        if (message.term > this.#term) this.#follow(message.term, null);
        return;
      case 'voteCast':
        return this.#restartTimer();
      case 'busConnected':
        return this.#busConnected();
      case 'leaderAside':
        return this.#leaderAside(message);
      case 'leadershipLost':
        return this.#leadershipLost(message.term, message.reason);
      case 'leaderFailed':
        return this.#leadershipLost(this.#term, 'the leader failed');
      case 'timeoutNow':
        return this.#timeoutNow(message, from);
      case 'memberRemoved':
        return this.#memberRemoved(message, from);
      case 'whoLeads':
        return this.#tellGateway();
      case 'describe':
        return this.#describe(message.request);
      default:
        return message satisfies never;
    }
  }

  #restartTimer(): void {
    const { electionTimeoutMinMs: min, electionTimeoutMaxMs: max } = this.#patience.timeouts;
    const quietMs = Math.max(0, this.#quietUntilMs - this.#context.now());
    this.#timeOutAfter(quietMs + min + this.#context.random() * (max - min));
  }

  #timeOutAfter(delayMs: number): void {
    if (this.#role.kind === 'leader') return;
    this.#timesOutAtMs = this.#context.now() + delayMs;
    this.#context.startTimer('election', delayMs, { kind: 'electionTimeout' });
  }

  /** The silence before it said nothing about the leader, which may come back a moment later than this node: a timeout counts from an election timeout after it, or from when that is heard. */
  #busConnected(): void {
    this.#quietUntilMs = this.#context.now() + this.#patience.timeouts.electionTimeoutMaxMs;
    this.#restartTimer();
  }

  /** No timeout need be waited for. Those who know it do not campaign together: each in its turn, and a little apart where two have the same. */
  #leaderGone({ term: inTerm, leader, afterMs }: Of<'leaderGone'>): void {
    if (inTerm < this.#term || this.#role.kind !== 'follower' || this.#role.leader !== leader) return;
    const dueAtMs = this.#timesOutAtMs;
    const delayMs = afterMs + this.#context.random() * this.#patience.timeouts.electionTimeoutMinMs * campaignJitter;
    this.#loseSight(this.#term);
    this.#isLeaderGone = true;
    this.#timeOutAfter(Math.min(delayMs, Math.max(0, dueAtMs - this.#context.now())));
  }

  /** Silence. The timer goes on, so that the loss of any answer only costs another round. */
  #electionTimeout(): void {
    this.#attempt += 1;
    this.#restartTimer();
    if (this.#isRemoved) return this.#loseSight(this.#term);
    this.#context.send(logStoreAt(this.#context.self), { kind: 'prepareCampaign', attempt: this.#attempt });
  }

  /** No pre-vote: the leader that is to be replaced is alive, and has asked for it. */
  #timeoutNow(message: Of<'timeoutNow'>, from: Sender): void {
    if (message.term !== this.#term || this.#role.kind !== 'follower' || this.#role.leader !== from.node) return;
    // Asked again before the first campaign's flush has ended: another attempt would make its answer void, and waste the term.
    if (this.#transferAttempt !== this.#attempt) {
      this.#logger.info('was asked to lead', { term: message.term, leader: from.node });
      this.#attempt += 1;
      this.#transferAttempt = this.#attempt;
      this.#roles.campaigns('transfer');
    }
    this.#restartTimer();
    this.#campaign();
  }

  /** The log store decides: only from this very term. */
  #campaign(): void {
    const isTransfer = this.#attempt === this.#transferAttempt;
    this.#patience.asked('campaign', this.#attempt, this.#context.now());
    const campaign = { kind: 'campaign', attempt: this.#attempt, fromTerm: this.#term, isTransfer } as const;
    this.#context.send(logStoreAt(this.#context.self), campaign);
  }

  #campaignPrepared(message: Of<'campaignPrepared'>): void {
    if (!this.#isAwaited(message, 'preVote')) return;
    // It has come to the bus since it asked the log store.
    if (this.#context.now() < this.#quietUntilMs) return;
    if (!message.mayCampaign) return this.#waitWithoutVote(message);
    // A second answer may name another term, and what was granted for the first would count for that.
    if (message.attempt === this.#preVoteAttempt) return;
    this.#preVoteAttempt = message.attempt;
    this.#term = message.term;
    if (this.#role.kind === 'follower') this.#noteCampaign(message.term);
    const hadLeader = this.#leaderId() !== null;
    this.#openBallot('preVote', message.configuration);
    // Writes that come now wait for the next leader: proposed to a dead one, nobody could say what became of them.
    if (hadLeader) this.#tellGateway();
    this.#askVotes('requestPreVote', term(message.term + 1), message);
    this.#countVotes();
  }

  #noteCampaign(inTerm: Term): void {
    this.#logger.info('became pre-candidate', { term: inTerm });
    this.#roles.took('pre-candidate');
    this.#roles.campaigns(this.#isLeaderGone ? 'leaderGone' : 'timeout');
  }

  /** It was away when it was removed: whoever it asks for a vote says so. */
  #memberRemoved({ incarnation, sequence }: Of<'memberRemoved'>, from: Sender): void {
    if (incarnation !== this.#options.identity.incarnation || sequence !== this.#attempt) return;
    if (this.#role.kind === 'leader') return;
    if (!this.#isRemoved) this.#logger.warn('was removed from the group, and campaigns no more', { toldBy: from.node });
    this.#isRemoved = true;
    this.#follow(this.#term, null, 'it was removed');
  }

  /** A learner, a spent disk, or a removed node. Its log may yet say something else, if the newest in it is not committed. */
  #waitWithoutVote({ term: inTerm, configuration }: Of<'campaignPrepared'>): void {
    const isRemoved = configuration.removed.includes(this.#options.identity.node);
    if (isRemoved && this.#leaderId() !== null) this.#logger.warn('is removed from the group, says its log');
    this.#loseSight(inTerm);
  }

  /** No leader is heard: writes wait here for the next, and are not handed to one that may be dead. */
  #loseSight(inTerm: Term): void {
    if (this.#leaderId() !== null) this.#follow(inTerm, null);
  }

  #campaigned(message: Of<'campaigned'>): void {
    this.#patience.answered('campaign', message.attempt, this.#context.now());
    if (!this.#isAwaited(message, 'vote')) return;
    // Its term has a leader already: the flush took longer than the others' votes.
    if (message.term === this.#term && this.#leaderId() !== null) return;
    this.#term = message.term;
    this.#logger.info('became candidate', { term: message.term, lastLogIndex: message.lastLogIndex });
    this.#roles.took('candidate');
    this.#openBallot('vote', message.configuration);
    this.#restartTimer();
    this.#askVotes('requestVote', message.term, message);
    this.#countVotes();
  }

  /** Whether the log store's answer belongs to the newest attempt and opens its next ballot. One that is doubled, or of a term that has passed meanwhile, would undo what came of it. */
  #isAwaited(answer: { readonly attempt: number; readonly term: Term }, opens: Stage): boolean {
    if (answer.attempt !== this.#attempt || answer.term < this.#term || this.#role.kind === 'leader') return false;
    if (this.#role.kind !== 'candidate' || this.#role.ballot.attempt !== answer.attempt) return true;
    return this.#role.ballot.stage === 'preVote' && opens === 'vote';
  }

  #campaignRefused(message: Of<'campaignRefused'>): void {
    if (message.attempt !== this.#attempt || this.#role.kind !== 'candidate') return;
    if (this.#role.ballot.stage === 'preVote' && message.term >= this.#term)
      this.#follow(message.term, null, 'the campaign was refused');
  }

  #openBallot(stage: Stage, configuration: Configuration): void {
    const self = this.#options.identity.node;
    const ballot = new this.#parts.Ballot({ stage, attempt: this.#attempt, configuration, self });
    this.#become({ kind: 'candidate', ballot });
  }

  #askVotes(
    kind: 'requestVote' | 'requestPreVote',
    inTerm: Term,
    log: { readonly lastLogIndex: LogIndex; readonly lastLogTerm: Term; readonly configuration: Configuration },
  ): void {
    const { lastLogIndex, lastLogTerm } = log;
    const nowMs = this.#context.now();
    this.#patience.asked(kind, this.#attempt, nowMs);
    this.#askedAtMs = nowMs;
    this.#readings.clear();
    for (const voter of otherVotersOf(log.configuration, this.#options.identity.node)) {
      const to = logStoreAt({ node: voter.id, group: this.#context.self.group });
      const request = { term: inTerm, sequence: this.#attempt, lastLogIndex, lastLogTerm };
      if (kind === 'requestPreVote') this.#context.send(to, { kind, ...request });
      else this.#context.send(to, { kind, ...request, isTransfer: this.#attempt === this.#transferAttempt });
    }
  }

  #voteReply(stage: Stage, message: Of<'requestVoteReply' | 'requestPreVoteReply'>, from: Sender): void {
    if (message.incarnation !== this.#options.identity.incarnation) return;
    this.#patience.answered(stage === 'vote' ? 'requestVote' : 'requestPreVote', message.sequence, this.#context.now());
    if (message.term > this.#term) {
      this.#context.send(logStoreAt(this.#context.self), { kind: 'observeTerm', term: message.term });
    }
    if (this.#role.kind !== 'candidate' || !message.voteGranted) return;
    const { ballot } = this.#role;
    if (ballot.stage !== stage || ballot.attempt !== message.sequence) return;
    if (stage === 'vote' && message.term !== this.#term) return;
    if (message.kind === 'requestVoteReply') this.#noteClocks(message, from);
    ballot.grant(from);
    this.#countVotes();
  }

  /** The leader that comes of it knows what time it is by a quorum's clocks, before it has heard from anybody. */
  #noteClocks({ clockMs, wallMs }: Of<'requestVoteReply'>, { node, incarnation }: Sender): void {
    const askedAtMs = this.#askedAtMs;
    this.#readings.set(node, { askedAtMs, heardAtMs: this.#context.now(), incarnation, clockMs, wallMs });
  }

  #countVotes(): void {
    if (this.#role.kind !== 'candidate') return;
    const { ballot } = this.#role;
    if (ballot.won || !ballot.isGranted) return;
    ballot.won = true;
    if (ballot.stage === 'vote') return this.#win();
    this.#campaign();
  }

  #win(): void {
    this.#context.stopTimer('election');
    // Late answers of the log store to this campaign open no ballot when this office has ended.
    this.#attempt += 1;
    this.#become({ kind: 'leader', isAside: false });
    this.#isLeaderGone = false;
    this.#logger.info('became leader', { term: this.#term });
    this.#roles.took('leader');
    const electionTimeouts = this.#patience.timeouts;
    const readings = new Map(this.#readings);
    const options: LeaderOptions = { ...this.#options.leader, term: this.#term, electionTimeouts, readings };
    this.#context.spawn('leader', (context) => new this.#parts.Leader(context, options, this.#parts), {
      kind: 'leaderFailed',
    });
    this.#tellGateway();
  }

  #leaderHeard(message: Of<'leaderHeard'>): void {
    if (message.term < this.#term || (this.#role.kind === 'leader' && message.term === this.#term)) return;
    this.#patience.follow(message);
    this.#quietUntilMs = Number.NEGATIVE_INFINITY;
    this.#follow(message.term, message.leader);
  }

  /** Writes wait for whoever leads, and are not handed to one that nobody else may follow any more. */
  #leaderAside({ term: inTerm, isAside }: Of<'leaderAside'>): void {
    if (this.#role.kind !== 'leader' || inTerm !== this.#term || this.#role.isAside === isAside) return;
    this.#logger.info(isAside ? 'stands aside, without a connection to the bus' : 'leads on', { term: inTerm });
    this.#become({ kind: 'leader', isAside });
    this.#tellGateway();
  }

  #leadershipLost(lostTerm: Term, reason: string): void {
    if (this.#role.kind !== 'leader' || lostTerm < this.#term) return;
    this.#follow(lostTerm, null, reason);
  }

  /** Raft §5.1 and §5.2: back to follower, in a term that is at least as high. */
  #follow(newTerm: Term, leader: NodeId | null, reason = this.#reasonToFollow(newTerm, leader)): void {
    const before = this.#role;
    const changed = before.kind !== 'follower' || newTerm !== this.#term || before.leader !== leader;
    this.#term = newTerm;
    if (before.kind === 'leader') this.#context.stop('leader');
    this.#become({ kind: 'follower', leader });
    this.#restartTimer();
    if (!changed) return;
    if (leader !== null) this.#isLeaderGone = false;
    if (before.kind !== 'follower') {
      this.#logger.info('became follower', { term: newTerm, leader, reason });
      this.#roles.took('follower');
    } else if (leader !== null) this.#logger.info('follows', { term: newTerm, leader });
    else this.#logger.info('follows nobody', { term: newTerm, reason });
    this.#tellGateway();
  }

  #reasonToFollow(newTerm: Term, leader: NodeId | null): string {
    if (leader !== null) return 'a leader is heard';
    return newTerm > this.#term ? 'a higher term' : 'no leader is heard';
  }

  #become(role: Role): void {
    this.#role = role;
  }

  #leaderId(): NodeId | null {
    switch (this.#role.kind) {
      case 'leader':
        return this.#role.isAside ? null : this.#options.identity.node;
      case 'follower':
        return this.#role.leader;
      case 'candidate':
        return null;
      default:
        return this.#role satisfies never;
    }
  }

  #tellGateway(): void {
    const known = { kind: 'leaderKnown', term: this.#term, leader: this.#leaderId() } as const;
    this.#context.send(gatewayAt(this.#context.self), known);
  }

  #describe(request: number): void {
    this.#context.send(gatewayAt(this.#context.self), {
      kind: 'described',
      request,
      part: { actor: 'election', role: this.#role.kind, term: this.#term, leader: this.#leaderId() },
    });
  }
}
