import type { NodeId } from '@quorate/actor';
import type { Logger } from '../ports.ts';
import { membersOf, votersOf } from '../quorum.ts';
import type { RaftSettings } from '../settings.ts';
import type { Configuration } from '../types.ts';
import type { GroupClock } from './group-clock.ts';
import type { Interval } from './peer-clock.ts';

/** What is known of a member's clocks, for people. Drift is that of its monotonic clock by the leader's, in parts in a million. */
export interface ClockFacts {
  readonly offsetMs: number;
  readonly uncertaintyMs: number;
  /** Null in the leader itself, and until it is measured. */
  readonly driftPpm: number | null;
  readonly driftUncertaintyPpm: number | null;
  /** The wall clock is beyond the bound. */
  readonly isOff: boolean;
  /** The monotonic clock is beyond the bound. */
  readonly isDrifting: boolean;
}

/** What clock alarms are made from. */
export interface ClockAlarmsOptions {
  readonly self: NodeId;
  readonly clock: GroupClock;
  readonly settings: Pick<RaftSettings, 'maxClockOffsetMs' | 'maxClockDrift'>;
  readonly logger: Logger;
}

/** What was not read for so long is not known any more. */
const knownForMs = 10_000;
/** Nor does it speak against a lease: whoever is silent for so long promises nothing either. */
const heardForMs = 2000;

/** The members whose clocks are beyond the bounds, each told of when it comes to be so, and when it is over. */
export class ClockAlarms {
  readonly #options: ClockAlarmsOptions;
  readonly #off = new Set<NodeId>();
  readonly #drifting = new Set<NodeId>();

  constructor(options: ClockAlarmsOptions) {
    this.#options = options;
  }

  /** A heartbeat interval is over. */
  tick(configuration: Configuration, nowMs: number): void {
    const members = membersOf(configuration).map(({ id }) => id);
    for (const set of [this.#off, this.#drifting]) for (const id of set) if (!members.includes(id)) set.delete(id);
    for (const id of members) {
      this.#judgeOffset(id, configuration, nowMs);
      this.#judgeDrift(id, nowMs);
    }
  }

  /** Whether a lease may rest on the voters' clocks: none is known to run beyond the bound that leases are shortened by. */
  mayLease(configuration: Configuration): boolean {
    return !votersOf(configuration).some(({ id }) => this.#drifting.has(id));
  }

  /** What is known of a member's clocks; null if nothing is. */
  describe(member: NodeId, configuration: Configuration, nowMs: number): ClockFacts | null {
    const offset = this.#offsetOf(member, configuration, nowMs);
    if (offset === null) return null;
    const rate = this.#options.clock.of(member)?.rate ?? null;
    return {
      ...offset,
      driftPpm: rate === null ? null : ((rate.least + rate.most) / 2 - 1) * 1e6,
      driftUncertaintyPpm: rate === null ? null : ((rate.most - rate.least) / 2) * 1e6,
      isOff: this.#off.has(member),
      isDrifting: this.#drifting.has(member),
    };
  }

  /** What may be wrong of what was measured speaks for the state that holds: it does not flap. */
  #judgeOffset(member: NodeId, configuration: Configuration, nowMs: number): void {
    const offset = this.#offsetOf(member, configuration, nowMs);
    if (offset === null) return void this.#off.delete(member);
    const { settings, logger } = this.#options;
    const { maxClockOffsetMs } = settings;
    const farMs = Math.abs(offset.offsetMs);
    const fields = { member, offsetMs: round(offset.offsetMs), uncertaintyMs: round(offset.uncertaintyMs) };
    if (farMs - offset.uncertaintyMs > maxClockOffsetMs && !this.#off.has(member)) {
      this.#off.add(member);
      logger.warn('the wall clock of a member is off', { ...fields, maxClockOffsetMs });
    } else if (farMs + offset.uncertaintyMs < maxClockOffsetMs && this.#off.delete(member)) {
      logger.info('the wall clock of a member is right again', fields);
    }
  }

  #judgeDrift(member: NodeId, nowMs: number): void {
    const peer = this.#options.clock.of(member);
    if (peer === null || !peer.isKnownSince(nowMs - heardForMs)) return void this.#drifting.delete(member);
    const rates = [peer.rate, peer.recentRate].filter((rate) => rate !== null);
    const beyond = rates.find((rate) => this.isBeyond(rate));
    if (beyond !== undefined && !this.#drifting.has(member)) {
      this.#drifting.add(member);
      const { maxClockDrift } = this.#options.settings;
      const fields = { member, leastRate: beyond.least, mostRate: beyond.most, maxClockDrift };
      this.#options.logger.warn('the monotonic clock of a member drifts: no lease reads until it does not', fields);
    } else if (rates.length > 0 && rates.every((rate) => this.#isWithin(rate)) && this.#drifting.delete(member)) {
      this.#options.logger.info('the monotonic clock of a member is within its bound again', { member });
    }
  }

  /** A lease is shortened by the bound: the clock of a voter may be as much faster than the leader's, and no more; nor slower, when it leads itself. */
  protected isBeyond({ least, most }: Interval): boolean {
    const { maxClockDrift } = this.#options.settings;
    return least > 1 / (1 - maxClockDrift) || most < 1 - maxClockDrift;
  }

  #isWithin({ least, most }: Interval): boolean {
    const { maxClockDrift } = this.#options.settings;
    return most <= 1 / (1 - maxClockDrift) && least >= 1 - maxClockDrift;
  }

  #offsetOf(member: NodeId, configuration: Configuration, nowMs: number): ReturnType<GroupClock['offsetOf']> {
    const { self, clock } = this.#options;
    const isKnown = member === self || clock.of(member)?.isKnownSince(nowMs - knownForMs) === true;
    return isKnown ? clock.offsetOf(member, configuration) : null;
  }
}

const round = (ms: number): number => Math.round(ms * 1000) / 1000;
