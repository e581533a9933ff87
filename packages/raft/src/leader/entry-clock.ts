import type { Context } from '@quorate/actor';
import type { EntryTime } from '../types.ts';
import type { LeaderMessage } from './messages.ts';

/** What an entry clock is made from. */
export interface EntryClockOptions {
  readonly context: Context<LeaderMessage>;
  /** The time of the last entry in the leader's log when it took office. */
  readonly lastTime: EntryTime;
}

/**
 * Gives the entries of one leadership their times. It goes on from the last entry of the log, committed or not: a later leader has every entry that is
 * committed (Raft §5.4.3), so that time never goes back along the log, however wrong the clock of the new leader is.
 */
export class EntryClock {
  readonly #context: Context<LeaderMessage>;
  readonly #inOfficeSinceMs: number;
  readonly #logTimeBeforeMs: number;
  #timestampUs: number;

  constructor({ context, lastTime }: EntryClockOptions) {
    this.#context = context;
    this.#inOfficeSinceMs = context.now();
    this.#logTimeBeforeMs = lastTime.logTimeMs;
    this.#timestampUs = lastTime.timestampUs;
  }

  /** The time of the next entry. */
  next(): EntryTime {
    this.#timestampUs = Math.max(this.#timestampUs + 1, this.realTimeUs());
    return { timestampUs: this.#timestampUs, logTimeMs: this.logTimeMs() };
  }

  /** What time it is, as far as this leader can tell. */
  protected realTimeUs(): number {
    return Math.max(0, Math.floor(this.#context.wallNow() * 1000));
  }

  /** Time without a leader does not count: nobody's session expires while nobody could have kept it alive. */
  protected logTimeMs(): number {
    return this.#logTimeBeforeMs + Math.floor(this.#context.now() - this.#inOfficeSinceMs);
  }
}
