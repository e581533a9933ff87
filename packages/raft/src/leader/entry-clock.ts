import type { Context } from '@quorate/actor';
import type { EntryTime } from '../types.ts';
import type { LeaderMessage } from './messages.ts';

/** What an entry clock is made from. */
export interface EntryClockOptions {
  readonly context: Context<LeaderMessage>;
  /** The time of the last entry in the leader's log when it took office. */
  readonly lastTime: EntryTime;
  /** The latest real time, in milliseconds since the epoch, that a quorum's clocks have reached; minus infinity if that is not known. */
  readonly reachedMs: () => number;
}

/**
 * Gives the entries of one leadership their times. It goes on from the last entry of the log, committed or not: a later leader has every entry that is
 * committed (Raft §5.4.3), so that time never goes back along the log, however wrong the clock of the new leader is.
 */
export class EntryClock {
  readonly #context: Context<LeaderMessage>;
  readonly #reachedMs: () => number;
  /** Later by as long as log time stood still. */
  #inOfficeSinceMs: number;
  #stoppedAtMs: number | null = null;
  readonly #logTimeBeforeMs: number;
  #timestampUs: number;
  #realTimeUs = 0;

  constructor({ context, lastTime, reachedMs }: EntryClockOptions) {
    this.#context = context;
    this.#reachedMs = reachedMs;
    this.#inOfficeSinceMs = context.now();
    this.#logTimeBeforeMs = lastTime.logTimeMs;
    this.#timestampUs = lastTime.timestampUs;
  }

  /** Looks what time it is: entries get their places in batches, each at one moment. */
  look(): void {
    this.#realTimeUs = this.realTimeUs();
  }

  /** The time of the next entry. */
  next(): EntryTime {
    this.#timestampUs = Math.max(this.#timestampUs + 1, this.#realTimeUs);
    return { timestampUs: this.#timestampUs, logTimeMs: this.logTimeMs() };
  }

  /** Nobody can reach this leader: that is time without one, until it goes on. */
  stop(): void {
    this.#stoppedAtMs ??= this.#context.now();
  }

  /** It leads again, in the same term. */
  goOn(): void {
    if (this.#stoppedAtMs === null) return;
    this.#inOfficeSinceMs += this.#context.now() - this.#stoppedAtMs;
    this.#stoppedAtMs = null;
  }

  /** Whether an entry that got its place now would have that log time, or a later one. */
  hasReached(logTimeMs: number): boolean {
    return this.logTimeMs() >= logTimeMs;
  }

  protected realTimeUs(): number {
    return Math.max(0, Math.floor(this.#reachedMs() * 1000));
  }

  /** Time without a leader does not count: no session and no lease expires while nobody could have kept it alive. */
  protected logTimeMs(): number {
    return this.#logTimeBeforeMs + Math.floor((this.#stoppedAtMs ?? this.#context.now()) - this.#inOfficeSinceMs);
  }
}
