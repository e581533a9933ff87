import type { NodeId } from '@quorate/actor';
import type { ChangeRefusal } from '../membership/membership-change.ts';
import type { Logger, MemberTracer, RemovalSpan } from '../ports.ts';
import type { RaftSettings } from '../settings.ts';
import type { Voter } from '../types.ts';
import type { Grant } from './grant.ts';
import type { LeaderProgress } from './membership.ts';
import { configurationProposal } from './proposals.ts';

/** What voters are removed with. */
export interface AutoRemovalOptions {
  readonly self: NodeId;
  readonly settings: RaftSettings;
  readonly logger: Logger;
  readonly tracer: MemberTracer;
}

/**
 * Removes voters that have been offline for `autoRemoveAfterMs`, by ordinary changes of the members: one at a time, and the
 * next when as long has passed again since the one before was committed. So whatever takes many away at once, as a broken
 * network does, leaves an operator that time for each of them. All is counted from this leadership's beginning.
 */
export class AutoRemoval {
  /** With fewer voters than these the loss of one would stop the group. */
  protected readonly leastVotersLeft: number = 3;
  readonly #options: AutoRemovalOptions;
  #underWay: { readonly peer: NodeId; readonly span: RemovalSpan | null } | null = null;
  #notBeforeMs = Number.NEGATIVE_INFINITY;
  /** The refusal that was logged last: it is asked for again at each tick, and said once. */
  #saidRefusal = '';

  constructor(options: AutoRemovalOptions) {
    this.#options = options;
  }

  /** Begins a removal if one is due. To be called where a change of the members may begin. */
  tick(grant: Grant, progress: LeaderProgress): void {
    const { autoRemoveAfterMs } = this.#options.settings;
    if (autoRemoveAfterMs === null) return;
    this.#noteCommitted(grant, progress, this.pauseMs(autoRemoveAfterMs));
    if (!grant.membership.isSettled(progress.commitIndex) || progress.nowMs < this.#notBeforeMs) return;
    const due = this.due(grant, autoRemoveAfterMs);
    if (due !== null) this.#remove(due, grant, progress);
  }

  /** The leadership ends: what was begun may yet be committed. */
  close(): void {
    this.#underWay?.span?.end('unknown');
    this.#underWay = null;
  }

  /** The voter that has been offline longest, if that is long enough and enough voters are left without it. */
  protected due({ membership, peers }: Grant, autoRemoveAfterMs: number): NodeId | null {
    const { voters, learners } = membership.configuration;
    if (voters.length <= this.leastVotersLeft) return null;
    // Whom a learner is to replace goes when that gets its vote: an operator has seen to it.
    const isReplaced = ({ id }: Voter): boolean => learners.some(({ replaces }) => replaces === id);
    const offline = voters
      .filter((voter) => voter.id !== this.#options.self && !isReplaced(voter))
      .map(({ id }) => ({ id, forMs: peers.offlineForMs(id) }))
      .filter(({ forMs }) => forMs >= autoRemoveAfterMs);
    offline.sort((one, other) => other.forMs - one.forMs);
    return offline[0]?.id ?? null;
  }

  /** How long the next removal waits after the one before. */
  protected pauseMs(autoRemoveAfterMs: number): number {
    return autoRemoveAfterMs;
  }

  #remove(peer: NodeId, { membership, peers }: Grant, progress: LeaderProgress): void {
    const { logger, tracer } = this.#options;
    const silentMs = Math.round(peers.silentForMs(peer));
    const change = { add: [], promote: [], remove: [peer], force: false };
    const refusal = membership.change(change, configurationProposal(null, 0), progress);
    if (refusal !== null) return this.#tellRefused(peer, refusal);
    logger.warn('removing a voter that does not answer', { member: peer, silentMs });
    this.#underWay = { peer, span: tracer.removing({ peer, silentMs }) };
  }

  #noteCommitted({ membership }: Grant, { commitIndex, nowMs }: LeaderProgress, pauseMs: number): void {
    if (this.#underWay === null || !membership.isSettled(commitIndex)) return;
    const { peer, span } = this.#underWay;
    this.#underWay = null;
    this.#notBeforeMs = nowMs + pauseMs;
    this.#saidRefusal = '';
    span?.end('committed');
    this.#options.logger.warn('removed a voter that did not answer', { member: peer });
  }

  #tellRefused(peer: NodeId, { code, message }: ChangeRefusal): void {
    const refusal = `${peer} ${code}`;
    if (this.#saidRefusal === refusal) return;
    this.#saidRefusal = refusal;
    this.#options.logger.warn('a voter that does not answer cannot be removed yet', {
      member: peer,
      code,
      reason: message,
    });
  }
}
