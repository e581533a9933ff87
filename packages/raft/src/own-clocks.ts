import type { Context } from '@quorate/actor';
import { type Moment, momentOf, partedMs } from './moment.ts';

/** The clocks of one node. */
type Clocks = Pick<Context<never>, 'now' | 'wallNow'>;

/**
 * Notices that this node's wall clock and monotonic clock have parted: the wall clock was set, or the machine was suspended, and its monotonic
 * clock stood still while real time went on. Where a suspended machine stops both clocks, nobody on it can notice.
 */
export class OwnClocks {
  readonly #clocks: Clocks;
  /** As they were when they were looked at last. */
  #last: Moment;

  constructor(clocks: Clocks) {
    this.#clocks = clocks;
    this.#last = momentOf(clocks);
  }

  /** Looks at both. How far the wall clock has gone ahead of the monotonic one since the last look, in milliseconds, if that is more than it may; else 0. */
  partedMs(): number {
    const seen = momentOf(this.#clocks);
    // The process may have stood still between the two readings: others, made at once, show that nothing has parted.
    const confirmed = partedMs(this.#last, seen) === 0 ? seen : momentOf(this.#clocks);
    const ahead = partedMs(this.#last, confirmed);
    this.#last = confirmed;
    return ahead;
  }
}
