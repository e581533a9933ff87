import type { Context, NodeId } from '@quorate/actor';
import { quorumValue } from '../quorum.ts';
import type { Configuration } from '../types.ts';
import type { LeaderMessage } from './messages.ts';
import { type ClockReading, type Interval, PeerClock } from './peer-clock.ts';

/** What a group clock is made from. */
export interface GroupClockOptions {
  readonly context: Context<LeaderMessage>;
  readonly self: NodeId;
}

/**
 * What time it is, as a quorum of the voters' wall clocks has it: the latest time that a quorum has reached, as the commit index is the last entry
 * that a quorum has. A minority whose clocks are an hour ahead cannot take the group's time with it, nor can one that is behind, be the leader among
 * them or not. What is not known of a voter counts as not reached. Each clock is reckoned by how far it is ahead of the leader's own
 * monotonic one, so that a jump of the leader's wall clock changes nothing but the leader's own.
 */
export class GroupClock {
  readonly #context: Context<LeaderMessage>;
  readonly #self: NodeId;
  readonly #peers = new Map<NodeId, PeerClock>();

  constructor({ context, self }: GroupClockOptions) {
    this.#context = context;
    this.#self = self;
  }

  /** A peer has said what its clocks show. */
  observe(peer: NodeId, reading: ClockReading): void {
    const known = this.#peers.get(peer) ?? new PeerClock();
    this.#peers.set(peer, known);
    known.observe(reading);
  }

  /** What is known of a peer's clocks. */
  of(peer: NodeId): PeerClock | null {
    return this.#peers.get(peer) ?? null;
  }

  /** The latest time that a quorum of the wall clocks has reached for certain, in milliseconds since the epoch; minus infinity if no quorum is known. */
  reachedMs(configuration: Configuration): number {
    const aheadMs = quorumValue(configuration, ({ id }) => this.#aheadMs(id)?.least ?? Number.NEGATIVE_INFINITY);
    return this.#context.now() + aheadMs;
  }

  /** How far a member's wall clock is from the time of the group, in milliseconds, and how much of that may be wrong; null if it is not known. */
  offsetOf(
    member: NodeId,
    configuration: Configuration,
  ): { readonly offsetMs: number; readonly uncertaintyMs: number } | null {
    const ahead = this.#aheadMs(member);
    const groupAheadMs = quorumValue(configuration, ({ id }) => middleOf(this.#aheadMs(id)));
    if (ahead === null || groupAheadMs === Number.NEGATIVE_INFINITY) return null;
    return { offsetMs: middleOf(ahead) - groupAheadMs, uncertaintyMs: (ahead.most - ahead.least) / 2 };
  }

  /** What the leader's own wall clock shows. */
  protected get ownMs(): number {
    return this.#context.wallNow();
  }

  #aheadMs(member: NodeId): Interval | null {
    if (member !== this.#self) return this.#peers.get(member)?.wallAheadMs ?? null;
    const aheadMs = this.ownMs - this.#context.now();
    return { least: aheadMs, most: aheadMs };
  }
}

const middleOf = (interval: Interval | null): number =>
  interval === null ? Number.NEGATIVE_INFINITY : (interval.least + interval.most) / 2;
