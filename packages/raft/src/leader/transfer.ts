import type { Context, NodeId, Sender } from '@quorate/actor';
import { electionAt, gatewayAt } from '../addresses.ts';
import type { ChangeRefusal } from '../membership/membership-change.ts';
import { membersOf, votersOf } from '../quorum.ts';
import type { RaftSettings } from '../settings.ts';
import type { Term } from '../types.ts';
import type { Grant } from './grant.ts';
import type { LeaderProgress } from './membership.ts';
import type { LeaderMessage } from './messages.ts';

/** What a transfer is made with. */
export interface TransferOptions {
  readonly context: Context<LeaderMessage>;
  readonly term: Term;
  readonly settings: RaftSettings;
  /** Whether proposals are taken that are not answered yet. */
  readonly isBusy: () => boolean;
}

interface UnderWay {
  readonly target: NodeId;
  readonly asker: Sender;
  readonly sequence: number;
  readonly deadlineMs: number;
  isTold: boolean;
}

/**
 * Hands leadership to a voter that has the whole log (dissertation §3.10): nothing new is taken meanwhile, at most for an
 * election timeout. The voter is told to campaign at once, when all that was taken is answered: else nobody could say what
 * became of it. That it leads is seen by everyone, and answered by no one.
 */
export class Transfer {
  readonly #options: TransferOptions;
  #underWay: UnderWay | null = null;

  constructor(options: TransferOptions) {
    this.#options = options;
  }

  /** Whether nothing new is to be taken. */
  get isUnderWay(): boolean {
    return this.#underWay !== null;
  }

  /** Whether the voter was told, and the log must not grow any more. */
  get isTold(): boolean {
    return this.#underWay?.isTold === true;
  }

  /** Takes the request up, or says why not. `target` null: whoever is farthest. */
  begin(
    { target, sequence }: Extract<LeaderMessage, { kind: 'transferLeadership' }>,
    asker: Sender,
    grant: Grant,
    progress: LeaderProgress,
  ): void {
    // Asked again, whoever is farthest by now.
    if (target === null && this.#underWay !== null) return;
    const chosen = target ?? this.#successor(grant, progress);
    const refusal = this.#refusalOf(chosen, grant, progress);
    if (refusal !== null) return this.#refuse(asker, sequence, refusal);
    if (chosen === null || chosen === this.#options.context.self.node) return;
    // Asked again, because an answer was lost.
    if (this.#underWay !== null) return;
    const deadlineMs = progress.nowMs + this.#options.settings.electionTimeoutMaxMs;
    this.#underWay = { target: chosen, asker, sequence, deadlineMs, isTold: false };
    this.pursue(grant, progress);
  }

  /** Tells the voter as soon as it has everything, and all that was taken is answered. */
  pursue(grant: Grant, { lastLogIndex }: LeaderProgress): void {
    const underWay = this.#underWay;
    if (underWay === null || underWay.isTold || this.#options.isBusy()) return;
    if (grant.voters.matchIndexOf(underWay.target) < lastLogIndex) return;
    underWay.isTold = true;
    this.#tell(underWay.target);
  }

  /** Tells the voter again; gives the transfer up when it has taken too long. */
  tick(grant: Grant, progress: LeaderProgress): void {
    const underWay = this.#underWay;
    if (underWay === null) return;
    if (progress.nowMs < underWay.deadlineMs) {
      underWay.isTold = false;
      return this.pursue(grant, progress);
    }
    this.#underWay = null;
    const message = `${underWay.target} did not take office in time`;
    this.#refuse(underWay.asker, underWay.sequence, { code: 'TransferTimedOut', message });
  }

  /** A leader that has to go tells whoever is farthest, so that nobody waits for an election timeout. */
  leave(grant: Grant, progress: LeaderProgress): void {
    const successor = this.#successor(grant, progress);
    if (successor !== null) this.#tell(successor);
  }

  /** The voter that was heard of late and has most of the log. */
  #successor({ membership, voters }: Grant, { nowMs }: LeaderProgress): NodeId | null {
    const sinceMs = nowMs - this.#options.settings.electionTimeoutMaxMs;
    const self = this.#options.context.self.node;
    const alive = membership.configuration.voters.filter(({ id }) => id !== self && voters.isHeard(id, sinceMs));
    alive.sort((one, other) => voters.matchIndexOf(other.id) - voters.matchIndexOf(one.id));
    return alive[0]?.id ?? null;
  }

  #refusalOf(target: NodeId | null, grant: Grant, { lastLogIndex }: LeaderProgress): ChangeRefusal | null {
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
    const lag = lastLogIndex - grant.voters.matchIndexOf(target);
    if (lag <= this.#options.settings.maxPromotionLagEntries) return null;
    return { code: 'NotCaughtUp', message: `${target} lags by ${lag} entries` };
  }

  #tell(target: NodeId): void {
    const { context, term } = this.#options;
    context.send(electionAt({ node: target, group: context.self.group }), { kind: 'timeoutNow', term });
  }

  #refuse(asker: Sender, sequence: number, refusal: ChangeRefusal): void {
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
