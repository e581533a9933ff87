import type { NodeId } from '@quorate/actor';
import { invariant } from '../invariant.ts';
import { isJoint } from '../membership/configuration.ts';
import { encodeConfiguration } from '../membership/configuration-codec.ts';
import type { ChangeRefusal, MembershipChange } from '../membership/membership-change.ts';
import { type ChangePlan, firstStep, lastStep, type MemberFacts, planChange } from '../membership/plan-change.ts';
import type { RaftSettings } from '../settings.ts';
import type { Configuration, LogIndex } from '../types.ts';
import type { Pace } from './pace.ts';
import { configurationProposal, type Proposal, type Proposals } from './proposals.ts';
import type { VoterProgress } from './voter-progress.ts';

/** What the members of one leadership are kept with. */
export interface MembershipOptions {
  /** The configuration at the end of the log when office was taken, and where it stands. */
  readonly configuration: Configuration;
  readonly configurationIndex: LogIndex;
  readonly voters: VoterProgress;
  readonly proposals: Proposals;
  readonly self: NodeId;
  readonly settings: RaftSettings;
  readonly pace: Pace;
}

/** How far the leader is. */
export interface LeaderProgress {
  /** With what the log store is just appending. */
  readonly lastLogIndex: LogIndex;
  readonly commitIndex: LogIndex;
  readonly nowMs: number;
}

/**
 * The members during one leadership: one change at a time, and none before an entry of the own term is committed (the
 * dissertation's erratum of 2015; openraft#2051). What a predecessor began is finished.
 */
export class Membership {
  readonly #options: MembershipOptions;
  #configuration: Configuration;
  #index: LogIndex;
  /** A configuration that waits for its place in the log. */
  #next: Configuration | null = null;
  /** The change that somebody asked for, to be answered when all of it is done. */
  #asked: Proposal | null = null;

  constructor(options: MembershipOptions) {
    this.#options = options;
    this.#configuration = options.configuration;
    this.#index = options.configurationIndex;
  }

  /** The one in use: the newest in this leader's log, committed or not (Raft §6). */
  get configuration(): Configuration {
    return this.#configuration;
  }

  /** Takes a change up, or says why not. Its first configuration then waits for a place; `asked` has that of the last. */
  change(change: MembershipChange, asked: Proposal, progress: LeaderProgress): ChangeRefusal | null {
    if (!this.isSettled(progress.commitIndex)) {
      return { code: 'ChangeInProgress', message: 'another change of the members is not committed yet' };
    }
    const plan = this.plan(this.#configuration, change, this.factsAt(progress));
    if (plan.kind === 'refused') return plan.refusal;
    this.#asked = asked;
    this.#begin(plan.configuration);
    return null;
  }

  /** Gives a vote to the learners that are to have one as soon as they can, and have caught up. */
  promoteLearners(progress: LeaderProgress): void {
    if (!this.isSettled(progress.commitIndex)) return;
    const facts = this.factsAt(progress);
    const promote = this.#configuration.learners
      .filter(({ id, isPromotedWhenCaughtUp }) => isPromotedWhenCaughtUp && facts.isAlive(id) && facts.isCaughtUp(id))
      .map(({ id }) => id);
    if (promote.length === 0) return;
    const plan = this.plan(this.#configuration, { add: [], promote, remove: [], force: false }, facts);
    if (plan.kind === 'planned') this.#begin(plan.configuration);
  }

  /** Joint consensus has two steps: the second is due as soon as the first is committed, whoever appended that. */
  committed(commitIndex: LogIndex): void {
    if (isJoint(this.#configuration) && this.isCommitted(commitIndex) && this.#next === null) {
      this.#propose(lastStep(this.#configuration));
    }
  }

  /** The configuration that waited has its place: quorums are counted by it from here on, before it is sent (Raft §6). */
  placed(index: LogIndex, nowMs: number): void {
    const next = this.#next;
    invariant(next !== null, () => `entry ${index} is a configuration that nobody planned`);
    this.#next = null;
    this.#configuration = next;
    this.#index = index;
    this.#options.voters.reconfigure(next, nowMs);
  }

  /** Whether this leader is no voter once the newest configuration is committed: its own removal is the last thing that it proposes. */
  get excludesSelf(): boolean {
    const { voters } = this.#configuration;
    return !isJoint(this.#configuration) && !voters.some(({ id }) => id === this.#options.self);
  }

  /** Whether the newest configuration is committed. */
  isCommitted(commitIndex: LogIndex): boolean {
    return this.#index <= commitIndex;
  }

  /** Whether no change is under way. */
  isSettled(commitIndex: LogIndex): boolean {
    return this.isCommitted(commitIndex) && !isJoint(this.#configuration) && this.#next === null;
  }

  protected plan(current: Configuration, change: MembershipChange, facts: MemberFacts): ChangePlan {
    return planChange(current, change, facts);
  }

  #begin(target: Configuration): void {
    this.#propose(firstStep(this.#configuration, target));
  }

  /** The one who asked is answered with the last configuration of a change. */
  #propose(configuration: Configuration): void {
    const isLast = !isJoint(configuration);
    const proposal = (isLast ? this.#asked : null) ?? configurationProposal(null, 0);
    if (isLast) this.#asked = null;
    proposal.command = encodeConfiguration(configuration);
    this.#next = configuration;
    this.#options.proposals.enqueue(proposal);
  }

  protected factsAt({ lastLogIndex, nowMs }: LeaderProgress): MemberFacts {
    const { voters, self, settings, pace } = this.#options;
    const sinceMs = nowMs - pace.electionTimeoutMaxMs;
    return {
      isAlive: (id) => id === self || voters.isHeard(id, sinceMs),
      isCaughtUp: (id) =>
        voters.hasAnswered(id) && lastLogIndex - voters.matchIndexOf(id) <= settings.maxPromotionLagEntries,
    };
  }
}
