import type { Context, NodeId } from '@quorate/actor';
import type { Logger } from '../ports.ts';
import type { RaftParts } from '../raft-parts.ts';
import type { RaftSettings } from '../settings.ts';
import type { EntryTime } from '../types.ts';
import type { ClockAlarms, ClockFacts } from './clock-alarms.ts';
import type { EntryClock } from './entry-clock.ts';
import type { GroupClock } from './group-clock.ts';
import type { Membership } from './membership.ts';
import type { LeaderMessage } from './messages.ts';
import type { ClockReading } from './peer-clock.ts';

/** What the clocks of one leadership are made from. */
export interface LeaderClocksOptions {
  readonly context: Context<LeaderMessage>;
  readonly self: NodeId;
  readonly settings: RaftSettings;
  readonly logger: Logger;
  readonly membership: Membership;
  /** The time of the last entry in the log when office was taken. */
  readonly lastTime: EntryTime;
  /** What the voters' clocks showed when they voted: with these a quorum is known before the first entry is made. */
  readonly readings: ReadonlyMap<NodeId, ClockReading>;
  readonly parts: Pick<RaftParts, 'GroupClock' | 'EntryClock' | 'ClockAlarms'>;
}

/** What one leadership knows of the members' clocks, and makes of it: the times of entries, alarms, and whether a lease may rest on them. */
export class LeaderClocks {
  /** Gives entries their times. */
  readonly entries: EntryClock;
  readonly #options: LeaderClocksOptions;
  readonly #group: GroupClock;
  readonly #alarms: ClockAlarms;

  constructor(options: LeaderClocksOptions) {
    this.#options = options;
    const { context, self, settings, logger, membership, lastTime, readings, parts } = options;
    this.#group = new parts.GroupClock({ context, self });
    for (const [voter, reading] of readings) this.#group.observe(voter, reading);
    const reachedMs = (): number => this.#group.reachedMs(membership.configuration);
    this.entries = new parts.EntryClock({ context, lastTime, reachedMs });
    this.#alarms = new parts.ClockAlarms({ self, clock: this.#group, settings, logger });
  }

  /** A peer has said what its clocks show. */
  observe(peer: NodeId, reading: ClockReading | null): void {
    if (reading !== null) this.#group.observe(peer, reading);
  }

  /** A heartbeat interval is over. */
  tick(): void {
    const { context, membership } = this.#options;
    this.#alarms.tick(membership.configuration, context.now());
  }

  /** Whether a lease may rest on the voters' clocks. */
  get mayLease(): boolean {
    return this.#alarms.mayLease(this.#options.membership.configuration);
  }

  /** What is known of a member's clocks; null if nothing is. */
  describe(member: NodeId): ClockFacts | null {
    const { context, membership } = this.#options;
    return this.#alarms.describe(member, membership.configuration, context.now());
  }
}
