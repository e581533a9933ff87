import type { Context, NodeId, Sender } from '@quorate/actor';
import { electionAt, gatewayAt } from '../addresses.ts';
import type { ChangeRefusal } from '../membership/membership-change.ts';
import { membersOf, votersOf } from '../quorum.ts';
import type { RaftSettings } from '../settings.ts';
import type { Term } from '../types.ts';
import type { Grant } from './grant.ts';
import type { LeaderProgress } from './membership.ts';
import type { LeaderMessage } from './messages.ts';
import type { Pace } from './pace.ts';

/** What a transfer is made with. */
export interface TransferOptions {
  readonly context: Context<LeaderMessage>;
  readonly term: Term;
  readonly settings: RaftSettings;
  readonly pace: Pace;
}

/** Who asked, to be told if nothing comes of it. */
interface Question {
  readonly asker: Sender;
  readonly sequence: number;
}

interface UnderWay {
  readonly target: NodeId;
  readonly questions: Map<string, Question>;
  readonly deadlineMs: number;
  isTold: boolean;
}

/**
 * Hands leadership to a voter that has the whole log (dissertation §3.10): nothing new is proposed meanwhile, at most for an
 * election timeout. The voter is told to campaign at once; that it leads is seen by everyone, and answered by no one.
 */
export class Transfer {
  readonly #options: TransferOptions;
  #underWay: UnderWay | null = null;
  /** Those who were told that the last one has failed, and may ask again because they have not heard it. */
  #failed: { readonly questions: ReadonlyMap<string, Question>; readonly refusal: ChangeRefusal } | null = null;

  constructor(options: TransferOptions) {
    this.#options = options;
  }

  /** Whether proposals have to wait. */
  get isUnderWay(): boolean {
    return this.#underWay !== null;
  }

  /** Takes the request up, or says why not. `target` null: whoever is farthest. */
  begin(
    { target, sequence }: Extract<LeaderMessage, { kind: 'transferLeadership' }>,
    asker: Sender,
    grant: Grant,
    progress: LeaderProgress,
  ): void {
    const question = { asker, sequence };
    if (this.#failed?.questions.has(keyOf(question)) === true) return this.#refuse(question, this.#failed.refusal);
    const chosen = target ?? this.#underWay?.target ?? this.#successor(grant, progress);
    const refusal = this.#refusalOf(chosen, grant, progress);
    if (refusal !== null) return this.#refuse(question, refusal);
    if (chosen === null || chosen === this.#options.context.self.node) return;
    const deadlineMs = progress.nowMs + this.#options.pace.electionTimeoutMaxMs;
    this.#underWay ??= { target: chosen, questions: new Map(), deadlineMs, isTold: false };
    this.#underWay.questions.set(keyOf(question), question);
  }

  /** Tells the voter as soon as it has everything; once, until the next tick. */
  pursue(grant: Grant, { lastLogIndex }: LeaderProgress): void {
    const underWay = this.#underWay;
    if (underWay === null || underWay.isTold || grant.voters.matchIndexOf(underWay.target) < lastLogIndex) return;
    underWay.isTold = true;
    this.#tell(underWay.target);
  }

  /** The voter may be told again; gives the transfer up when it has taken too long. */
  tick({ nowMs }: LeaderProgress): void {
    const underWay = this.#underWay;
    if (underWay === null) return;
    underWay.isTold = false;
    if (nowMs < underWay.deadlineMs) return;
    this.#underWay = null;
    const { target, questions } = underWay;
    const refusal = { code: 'TransferTimedOut', message: `${target} did not take office in time` } as const;
    this.#failed = { questions, refusal };
    for (const question of questions.values()) this.#refuse(question, refusal);
  }

  /** A leader that has to go tells whoever is farthest, so that nobody waits for an election timeout. */
  leave(grant: Grant, progress: LeaderProgress): void {
    const successor = this.#successor(grant, progress);
    if (successor !== null) this.#tell(successor);
  }

  /** The voter that was heard of late and has most of the log. */
  #successor(grant: Grant, { nowMs }: LeaderProgress): NodeId | null {
    const { membership, voters } = grant;
    const self = this.#options.context.self.node;
    const alive = membership.configuration.voters.filter(({ id }) => id !== self && this.#isHeard(id, grant, nowMs));
    alive.sort((one, other) => voters.matchIndexOf(other.id) - voters.matchIndexOf(one.id));
    return alive[0]?.id ?? null;
  }

  #isHeard(node: NodeId, { voters }: Grant, nowMs: number): boolean {
    return voters.isHeard(node, nowMs - this.#options.pace.electionTimeoutMaxMs);
  }

  #refusalOf(target: NodeId | null, grant: Grant, { lastLogIndex, nowMs }: LeaderProgress): ChangeRefusal | null {
    const { configuration } = grant.membership;
    if (target === null) return { code: 'NoQuorum', message: 'no other voter answers' };
    if (!membersOf(configuration).some(({ id }) => id === target)) {
      return { code: 'NoSuchMember', message: `${target} is no member` };
    }
    if (!votersOf(configuration).some(({ id }) => id === target)) {
      return { code: 'NotAVoter', message: `${target} is a learner, and has no vote` };
    }
    const underWay = this.#underWay;
    if (underWay !== null && underWay.target !== target) {
      return { code: 'TransferInProgress', message: `leadership is being handed to ${underWay.target}` };
    }
    if (target === this.#options.context.self.node) return null;
    // It would be waited for in vain, and writes with it.
    if (!this.#isHeard(target, grant, nowMs)) return { code: 'MemberSilent', message: `${target} does not answer` };
    const lag = lastLogIndex - grant.voters.matchIndexOf(target);
    if (lag <= this.#options.settings.maxPromotionLagEntries) return null;
    return { code: 'NotCaughtUp', message: `${target} lags by ${lag} entries` };
  }

  #tell(target: NodeId): void {
    const { context, term } = this.#options;
    context.send(electionAt({ node: target, group: context.self.group }), { kind: 'timeoutNow', term });
  }

  #refuse({ asker, sequence }: Question, refusal: ChangeRefusal): void {
    const { context, term } = this.#options;
    context.send(gatewayAt({ node: asker.node, group: context.self.group }), {
      kind: 'transferReply',
      term,
      incarnation: asker.incarnation,
      sequence,
      ...refusal,
    });
  }
}

const keyOf = ({ asker, sequence }: Question): string => `${asker.storageId}/${asker.incarnation}/${sequence}`;
