import type { Actor, Context, NodeId, Sender } from '@quorate/actor';
import { applierAt, electionAt, gatewayAt, logStoreAt } from '../addresses.ts';
import type { ElectionTimeouts } from '../election-timeouts.ts';
import { momentOf } from '../moment.ts';
import { OwnClocks } from '../own-clocks.ts';
import type { CommitTracer, Logger, MemberTracer, StreamPublisher } from '../ports.ts';
import { peersOf } from '../quorum.ts';
import type { RaftParts } from '../raft-parts.ts';
import type { RaftSettings } from '../settings.ts';
import type { StageRecorder } from '../stages/stage-recorder.ts';
import { type LeaderToken, type LogIndex, logIndex, maxIndex, type Term } from '../types.ts';
import type { AutoRemoval } from './auto-removal.ts';
import type { ClockFacts } from './clock-alarms.ts';
import type { PeerStage } from './failure-detector.ts';
import type { Grant } from './grant.ts';
import { InheritedTail } from './inherited-tail.ts';
import { LeaderClocks } from './leader-clocks.ts';
import { LogEnd } from './log-end.ts';
import type { LeaderProgress } from './membership.ts';
import type { LeaderMessage } from './messages.ts';
import type { ClockReading } from './peer-clock.ts';
import { ProposalDesk } from './proposal-desk.ts';
import type { Proposals } from './proposals.ts';
import { ReadDesk } from './read-desk.ts';
import { Replicators } from './replicators.ts';
import { Tenure } from './tenure.ts';
import { TimeMark } from './time-mark.ts';
import type { Transfer } from './transfer.ts';
import type { UncommittedBytes } from './uncommitted-bytes.ts';

type Of<Kind extends LeaderMessage['kind']> = Extract<LeaderMessage, { kind: Kind }>;

/** What a leader is made from. */
export interface LeaderOptions {
  readonly term: Term;
  /** Those that the election was won with. */
  readonly electionTimeouts: ElectionTimeouts;
  /** What the voters' clocks showed when they voted. */
  readonly readings: ReadonlyMap<NodeId, ClockReading>;
  readonly identity: Sender;
  readonly settings: RaftSettings;
  readonly tracer: CommitTracer;
  readonly memberTracer: MemberTracer;
  readonly streams: StreamPublisher;
  readonly stages: StageRecorder;
  readonly logger: Logger;
}

/** One leadership: what is proposed, what is committed, and whether this node still leads. Spawned on winning, stopped on losing. */
export class Leader implements Actor<LeaderMessage> {
  readonly #context: Context<LeaderMessage>;
  readonly #options: LeaderOptions;
  readonly #parts: RaftParts;
  readonly #asker: number;
  readonly #proposals: Proposals;
  readonly #uncommitted: UncommittedBytes;
  readonly #desk: ProposalDesk;
  readonly #reads: ReadDesk;
  readonly #transfer: Transfer;
  readonly #autoRemoval: AutoRemoval;
  readonly #tenure: Tenure;
  #isAside = false;
  /** It has stood aside in this office. */
  #wasAside = false;
  readonly #ownClocks: OwnClocks;
  readonly #startedAtMs: number;
  #grant: Grant | null = null;
  #inherited: InheritedTail | null = null;
  /** Office is given up, and the election will stop this actor: nothing is taken any more. */
  #lost: { readonly term: Term; readonly reason: string } | null = null;
  readonly #timeMark = new TimeMark();
  #commitIndex: LogIndex = logIndex(0);

  constructor(context: Context<LeaderMessage>, options: LeaderOptions, parts: RaftParts) {
    this.#context = context;
    this.#options = options;
    this.#parts = parts;
    const { term, settings, tracer, stages, memberTracer, logger, identity } = options;
    const { node: self } = identity;
    this.#tenure = new Tenure({ ...options, self, parts, nowMs: context.now() });
    const { pace } = this.#tenure;
    this.#proposals = new parts.Proposals();
    const uncommitted = new parts.UncommittedBytes(settings.maxUncommittedBytes);
    this.#uncommitted = uncommitted;
    this.#desk = new ProposalDesk({ context, term, tracer, stages, proposals: this.#proposals, uncommitted });
    this.#reads = new ReadDesk({ context, term, settings, parts });
    this.#transfer = new parts.Transfer({ context, term, settings, pace });
    this.#autoRemoval = new parts.AutoRemoval({ self, settings, logger, tracer: memberTracer });
    this.#asker = Math.floor(context.random() * Number.MAX_SAFE_INTEGER);
    this.#ownClocks = new OwnClocks(context);
    this.#startedAtMs = context.now();
    this.#askForToken();
    this.#restartTick();
  }

  receive(message: LeaderMessage, from: Sender): void {
    if (this.#lost !== null) return this.#tellElection(this.#lost);
    switch (message.kind) {
      case 'leadershipGranted':
        return this.#granted(message);
      case 'leadershipRefused':
        return this.#refused(message.term);
      case 'uncommittedCounted':
        return this.#uncommittedCounted(message);
      case 'propose':
        return this.#propose(message, from);
      case 'proposeChange':
        return this.#proposeChange(message, from);
      case 'transferLeadership':
        return this.#transferLeadership(message, from);
      case 'readIndex':
        return this.#readIndex(message, from);
      case 'appended':
        return this.#appended(message);
      case 'durable':
        return this.#durable(message);
      case 'roundConfirmed':
        return this.#roundConfirmed(message);
      case 'matched':
        return this.#matched(message);
      case 'applied':
        return this.#applied(message);
      case 'due':
        return this.#due(message);
      case 'leaderProbe':
        return this.#grant?.replicators.probe(from.node);
      case 'busLost':
        return this.#tenure.busLost(this.#context.now());
      case 'busConnected':
        return this.#busConnected();
      case 'tick':
        return this.#tick();
      case 'tailDue':
        return this.#inherited?.ask();
      case 'leaseDue':
        return this.#leaseDue();
      case 'dropLease':
        return this.#dropLease(message.reason);
      case 'replicatorFailed':
        return this.#lose(this.#options.term, 'a replicator failed');
      case 'describe':
        return this.#describe(message.request);
      default:
        return message satisfies never;
    }
  }

  // --- taking and keeping office ---------------------------------------------------------------------------------------

  #askForToken(): void {
    const { term } = this.#options;
    this.#context.send(logStoreAt(this.#context.self), { kind: 'becomeLeader', term, asker: this.#asker });
  }

  #granted(message: Of<'leadershipGranted'>): void {
    if (this.#grant !== null || message.term !== this.#options.term) return;
    const { token, configuration, configurationIndex, lastLogIndex } = message;
    this.#commitIndex = message.commitIndex;
    const { term, identity, settings, stages, memberTracer: tracer, logger } = this.#options;
    const proposals = this.#proposals;
    const self = this.#self();
    const { pace } = this.#tenure;
    const voters = new this.#parts.VoterProgress(configuration, this.#context.now());
    voters.admit(self, this.#context.now());
    const membership = new this.#parts.Membership({
      configuration,
      configurationIndex,
      voters,
      proposals,
      self,
      settings,
      pace,
    });
    const context = this.#context;
    const replicators = new Replicators({ context, token, term, identity, settings, stages, pace, parts: this.#parts });
    const peers = new this.#parts.PeerWatch({ context, settings, pace, logger, tracer, parts: this.#parts });
    const { lastTime } = message;
    const { readings } = this.#options;
    const parts = this.#parts;
    const clocks = new LeaderClocks({ context, self, settings, logger, membership, lastTime, readings, parts });
    const log = new LogEnd({ context, token, lastLogIndex });
    this.#grant = new this.#parts.Grant({ token, membership, voters, replicators, peers, clocks, log });
    this.#countInherited(message);
    this.#reads.startFor(token);
    replicators.serve(peersOf(configuration, self), lastLogIndex);
    this.#options.streams.announceLeader(self, term);
    clocks.entries.look();
    const noop = { term, index: this.#grant.noopIndex, kind: 'noop', command: new Uint8Array() } as const;
    log.append([{ ...noop, ...clocks.entries.next() }]);
  }

  #countInherited(granted: Of<'leadershipGranted'>): void {
    const { maxUncommittedBytes } = this.#options.settings;
    const { token, lastLogIndex } = granted;
    const repeatMs = this.#tenure.pace.heartbeatIntervalMs;
    const uncommitted = this.#uncommitted;
    const count = { context: this.#context, token, uncommitted, maxUncommittedBytes, lastLogIndex, repeatMs };
    this.#inherited = new InheritedTail(count, granted);
    if (this.#inherited.isCounted) this.#desk.refuseExcess();
  }

  #uncommittedCounted(message: Of<'uncommittedCounted'>): void {
    if (this.#grantOf(message.token) === null || this.#inherited === null || this.#inherited.isCounted) return;
    this.#inherited.counted(message);
    if (!this.#inherited.isCounted) return;
    this.#desk.refuseExcess();
    this.#appendWaiting();
  }

  /** A refusal that an earlier leader of this node asked for, and that comes late, is not meant for this one. */
  #refused(term: Term): void {
    if (term >= this.#options.term) this.#lose(term, 'the log store has another term');
  }

  /** Repeats whatever may have been lost, and checks that a quorum still answers (CheckQuorum, dissertation §6.2). */
  #tick(): void {
    if (this.#grant === null) return this.#awaitToken();
    const standing = this.#tenure.examine(this.#grant, this.#context.now());
    if (standing.kind === 'lost') return this.#stepDown(this.#grant, standing);
    // After the pace is known: it may be faster than it was.
    this.#restartTick();
    this.#noteAside(standing.kind === 'aside', this.#grant);
    this.#confirmSelf(this.#grant);
    if (standing.kind === 'aside') return;
    this.#grant.log.send();
    this.#sendCommit(this.#grant);
    this.#grant.replicators.stopFormer();
    this.#advanceReplicators();
    this.#grant.peers.tick(peersOf(this.#grant.membership.configuration, this.#self()));
    this.#grant.clocks.tick();
    this.#reads.allowLease(this.#grant.clocks.mayLease);
    this.#checkOwnClocks();
    this.#askForResults();
    this.#changeByItself(this.#grant);
    this.#transfer.tick(this.#progress(this.#grant));
    this.#pursueTransfer();
    this.#appendWaiting();
    this.#leaveIfRemoved(this.#grant);
  }

  #awaitToken(): void {
    this.#restartTick();
    if (this.#context.now() - this.#startedAtMs > this.#tenure.pace.electionTimeoutMaxMs) {
      return this.#lose(this.#options.term, 'the log store gave no token');
    }
    this.#askForToken();
  }

  #stepDown(grant: Grant, { reason, handsOver }: { readonly reason: string; readonly handsOver: boolean }): void {
    if (handsOver) this.#handOver(grant);
    this.#lose(this.#options.term, reason);
  }

  #noteAside(isAside: boolean, { clocks }: Grant): void {
    const { term, streams } = this.#options;
    if (isAside) clocks.entries.stop();
    else clocks.entries.goOn();
    if (this.#isAside && !isAside) streams.announceLeader(this.#self(), term);
    this.#isAside = isAside;
    this.#wasAside ||= isAside;
    // Again at each tick: an election that has missed that it is over would keep all writes waiting.
    if (this.#wasAside) this.#context.send(electionAt(this.#context.self), { kind: 'leaderAside', term, isAside });
  }

  /** Whoever is back as well hears at once that there still is a leader. What was not heard meanwhile says nothing of the peers. */
  #busConnected(): void {
    this.#tenure.busConnected(this.#context.now());
    this.#grant?.peers.startAnew();
    this.#grant?.replicators.probeAll();
  }

  #confirmSelf(grant: Grant): void {
    const { electionTimeoutMinMs, electionTimeoutMaxMs } = this.#tenure.pace;
    this.#context.send(logStoreAt(this.#context.self), {
      kind: 'confirmRound',
      token: grant.token,
      round: this.#reads.round,
      leaseMs: this.#reads.leaseTerms.leaseMs,
      askedAt: momentOf(this.#context),
      electionTimeoutMinMs,
      electionTimeoutMaxMs,
    });
  }

  #restartTick(): void {
    this.#context.startTimer('tick', this.#tenure.pace.heartbeatIntervalMs, { kind: 'tick' });
  }

  #lose(term: Term, reason: string): void {
    this.#lost = { term, reason };
    this.#desk.close(reason);
    this.#autoRemoval.close();
    this.#tellElection(this.#lost);
  }

  /** Said again whenever anything comes, until the election has stopped this actor: replicators that went on would keep a new leader from being chosen. */
  #tellElection(lost: { readonly term: Term; readonly reason: string }): void {
    this.#restartTick();
    this.#context.send(electionAt(this.#context.self), { kind: 'leadershipLost', ...lost });
  }

  // --- proposals -------------------------------------------------------------------------------------------------------

  #propose(message: Of<'propose'>, from: Sender): void {
    this.#desk.take(message, from);
    if (this.#transfer.isUnderWay) this.#desk.withdrawWaiting();
    this.#appendWaiting();
  }

  /** What comes while an append is with the log store shares the next one. */
  #appendWaiting(): void {
    const grant = this.#grant;
    if (grant === null || grant.log.isAppending || !this.#proposals.hasWaiting) return;
    // Its own removal is the last thing that a leader proposes; and a successor is to have all of the log.
    if (grant.membership.excludesSelf || this.#transfer.isUnderWay) return;
    if (this.#inherited?.isCounted !== true) return;
    const { term, settings, stages } = this.#options;
    const { entries: clock } = grant.clocks;
    const { lastLogIndex } = grant.log;
    const nowMs = this.#context.now();
    const entries = this.#proposals.place({ lastLogIndex, term, clock, stages, nowMs }, settings);
    for (const entry of entries) {
      if (entry.kind === 'configuration') this.#reconfigure(grant, entry.index);
      if (entry.kind === 'command') this.#uncommitted.placed(entry);
    }
    grant.log.append(entries);
  }

  /** Before the entry is sent: who is counted, and who gets the log, is what the newest configuration says. */
  #reconfigure({ membership, replicators, log }: Grant, index: LogIndex): void {
    membership.placed(index, this.#context.now());
    replicators.serve(peersOf(membership.configuration, this.#self()), log.lastLogIndex);
  }

  #appended(message: Of<'appended'>): void {
    const grant = this.#grantOf(message.token);
    if (grant?.log.appended(message) !== true) return;
    this.#tenure.appended(grant.log.lastLogIndex, this.#context.now());
    this.#advanceReplicators();
    this.#appendWaiting();
  }

  #applied(message: Of<'applied'>): void {
    const grant = this.#grant;
    if (grant === null) return;
    const later = this.#desk.applied(message, grant.noopIndex);
    if (later !== null) return this.#lose(later.term, `entry ${later.index} is a later leader's`);
    this.#pursueTransfer();
    this.#leaveIfRemoved(grant);
  }

  /** The state machine wants to be told the time. */
  #due(message: Of<'due'>): void {
    if (this.#grant === null || this.#isAside) return;
    const mark = this.#timeMark.proposalFor(message, this.#grant.clocks.entries);
    if (mark === null) return;
    this.#proposals.enqueue(mark);
    this.#appendWaiting();
  }

  #askForResults(): void {
    const first = this.#proposals.firstPlaced;
    if (first === null || first > this.#commitIndex) return;
    const ask = { kind: 'askResults', fromIndex: first, toIndex: this.#commitIndex } as const;
    this.#context.send(applierAt(this.#context.self), ask);
  }

  // --- commit ----------------------------------------------------------------------------------------------------------

  #matched(message: Of<'matched'>): void {
    const grant = this.#grantOf(message.token);
    if (grant === null) return;
    grant.peers.heard(message.peer);
    grant.clocks.observe(message.peer, message.reading);
    grant.voters.observed(message.peer, message);
    if (message.mode === 'repair') return;
    grant.voters.heard(message.peer, message.round, this.#context.now());
    if (message.promise !== null) this.#reads.promised(message.peer, message.promise);
    grant.voters.matched(message.peer, message.matchIndex);
    this.#pursueTransfer();
    this.#finishReadRound(grant);
    this.#advanceCommitIndex(grant, message.peer);
  }

  /** This node counts itself when its own disk has the entry, and not before. */
  #durable(message: Of<'durable'>): void {
    const grant = this.#grantOf(message.token);
    if (grant === null) return;
    this.#tenure.durable(message.durableIndex, this.#context.now());
    grant.voters.matched(this.#self(), message.durableIndex);
    this.#advanceCommitIndex(grant, this.#self());
  }

  /** Raft figure 2, rules for leaders, last. `completedBy` has just acknowledged something. */
  #advanceCommitIndex(grant: Grant, completedBy: NodeId): void {
    const reached = grant.voters.quorumIndex;
    if (!grant.mayCommit(reached) || reached <= this.#commitIndex) return;
    const first = maxIndex(grant.noopIndex, logIndex(this.#commitIndex + 1));
    this.#proposals.markCommitted(first, reached);
    this.#options.stages.committed(first, reached, completedBy, this.#context.now());
    this.#commitIndex = reached;
    this.#uncommitted.committed(reached);
    this.#inherited?.committed();
    this.#sendCommit(grant);
    this.#advanceReplicators();
    this.#beginReadRound();
    grant.membership.committed(this.#commitIndex);
    this.#appendWaiting();
  }

  #sendCommit(grant: Grant): void {
    if (!grant.mayCommit(this.#commitIndex)) return;
    const commit = { kind: 'commit', token: grant.token, commitIndex: this.#commitIndex } as const;
    this.#context.send(logStoreAt(this.#context.self), commit);
  }

  // --- members ---------------------------------------------------------------------------------------------------------

  #proposeChange(message: Of<'proposeChange'>, from: Sender): void {
    const proposal = this.#desk.noteChange(message, from);
    if (proposal === null) return;
    const grant = this.#grant;
    // Until an entry of the own term is committed there may be a change in the log that this leader has to finish first.
    if (grant === null || !grant.mayChangeMembers(this.#commitIndex)) {
      return this.#desk.settle(proposal, { kind: 'refused', reason: 'the leader has just taken office' });
    }
    if (grant.membership.excludesSelf || this.#transfer.isUnderWay) {
      return this.#desk.settle(proposal, { kind: 'refused', reason: 'another is to lead' });
    }
    const refusal = grant.membership.change(message.change, proposal, this.#progress(grant));
    if (refusal !== null) return this.#desk.settle(proposal, { kind: 'rejected', ...refusal });
    this.#appendWaiting();
  }

  /** What nobody has to ask for: learners that have caught up get their votes, voters that are gone for good go. */
  #changeByItself(grant: Grant): void {
    if (!grant.mayChangeMembers(this.#commitIndex)) return;
    grant.membership.promoteLearners(this.#progress(grant));
    const isToStay = !grant.membership.excludesSelf && !this.#transfer.isUnderWay;
    if (isToStay) this.#autoRemoval.tick(grant, this.#progress(grant));
    this.#appendWaiting();
  }

  /** Whoever goes tells another to campaign, which waives the promises that the lease rests on (etcd#12704). */
  #handOver(grant: Grant): void {
    this.#reads.endLease();
    this.#transfer.leave(grant, this.#progress(grant));
  }

  /** A leader that is no voter any more commits that, tells whoever asked, and steps down (Raft §6). */
  #leaveIfRemoved(grant: Grant): void {
    const { membership } = grant;
    if (!membership.excludesSelf || !membership.isCommitted(this.#commitIndex)) return;
    if (this.#proposals.firstPlaced !== null) return;
    this.#handOver(grant);
    this.#lose(this.#options.term, 'this node is no voter any more');
  }

  #transferLeadership(message: Of<'transferLeadership'>, from: Sender): void {
    if (this.#grant === null || message.term !== this.#options.term) return;
    this.#transfer.begin(message, from, this.#grant, this.#progress(this.#grant));
    if (!this.#transfer.isUnderWay) return;
    // Before anyone is asked to campaign: that waives the promises which it rests on (etcd#12704).
    this.#reads.endLease();
    this.#desk.withdrawWaiting();
    this.#pursueTransfer();
  }

  /** Not before every proposal is answered: what a deposed leader has not answered, nobody can say the outcome of. */
  #pursueTransfer(): void {
    if (this.#grant === null || !this.#transfer.isUnderWay || this.#proposals.firstPlaced !== null) return;
    this.#transfer.pursue(this.#grant, this.#progress(this.#grant));
  }

  #progress({ log }: Grant): LeaderProgress {
    return { lastLogIndex: log.plannedIndex, commitIndex: this.#commitIndex, nowMs: this.#context.now() };
  }

  // --- reads -----------------------------------------------------------------------------------------------------------

  #readIndex(message: Of<'readIndex'>, from: Sender): void {
    const wasWanted = this.#reads.isLeaseWanted;
    this.#reads.take(message, from, this.#grant, this.#commitIndex);
    this.#beginReadRound();
    if (!wasWanted && this.#reads.isLeaseWanted) this.#restartLeaseTimer();
  }

  #beginReadRound(): void {
    if (this.#grant === null || !this.#reads.begin(this.#grant, this.#commitIndex)) return;
    this.#confirmSelf(this.#grant);
    this.#advanceReplicators();
  }

  #restartLeaseTimer(): void {
    this.#context.startTimer('lease', this.#reads.renewalIntervalMs, { kind: 'leaseDue' });
  }

  /** The own log store is asked here, and the peers by their replicators, which send at least as often. */
  #leaseDue(): void {
    if (this.#reads.isLeaseWanted) {
      this.#restartLeaseTimer();
      if (this.#grant !== null) this.#confirmSelf(this.#grant);
    }
    this.#advanceReplicators();
  }

  /** A lease outlasts neither clock. But a wall clock that was set back does not tell any more how long the machine was suspended before. */
  #checkOwnClocks(): void {
    const partedMs = this.#ownClocks.partedMs();
    if (partedMs === 0) return;
    this.#options.logger.warn('wall clock and monotonic clock have parted', { partedMs: Math.round(partedMs) });
    this.#dropLease('the clocks have parted');
  }

  #dropLease(reason: string): void {
    this.#options.logger.info('dropped the lease', { reason });
    this.#reads.dropLease();
  }

  #roundConfirmed(message: Of<'roundConfirmed'>): void {
    const grant = this.#grantOf(message.token);
    if (grant === null) return;
    grant.voters.heard(this.#self(), message.round, this.#context.now());
    this.#reads.promised(this.#self(), { sentAt: message.askedAt, promisedMs: message.promisedMs });
    this.#finishReadRound(grant);
  }

  #finishReadRound(grant: Grant): void {
    this.#reads.finish(grant);
    this.#beginReadRound();
  }

  // --- small things ----------------------------------------------------------------------------------------------------

  #advanceReplicators(): void {
    if (this.#grant === null) return;
    const { round, leaseMs, maxHeartbeatIntervalMs, leasedAtMs } = this.#reads.news(this.#grant, this.#commitIndex);
    this.#grant.replicators.advance({
      lastLogIndex: this.#grant.log.lastLogIndex,
      commitIndex: this.#commitIndex,
      round,
      leaseMs,
      maxHeartbeatIntervalMs,
      leasedAtMs,
    });
  }

  #describe(request: number): void {
    const grant = this.#grant;
    const stageOf = (peer: NodeId): PeerStage => grant?.peers.stageOf(peer) ?? 'alive';
    const peers = grant?.voters.describe(this.#self(), grant.log.lastLogIndex, this.#context.now(), stageOf) ?? [];
    const clockOf = (member: NodeId): ClockFacts | null => grant?.clocks.describe(member) ?? null;
    const described = peers.map((peer) => ({ ...peer, clock: clockOf(peer.id) }));
    const lease = this.#reads.describe(grant, this.#commitIndex);
    const clock = clockOf(this.#self());
    const part = { actor: 'leader', clock, peers: described, lease, load: this.#desk.load } as const;
    this.#context.send(gatewayAt(this.#context.self), { kind: 'described', request, part });
  }

  /** What this leader holds, if `token` is it: a message of an earlier leadership is not for this one. */
  #grantOf(token: LeaderToken): Grant | null {
    return this.#grant?.token === token ? this.#grant : null;
  }

  #self(): NodeId {
    return this.#options.identity.node;
  }
}
