import type { Context } from '@quorate/actor';

/** What the two clocks of one node show at one moment. */
export interface Moment {
  readonly clockMs: number;
  readonly wallMs: number;
}

/** Now, by the clocks of this node. */
export const momentOf = (clocks: Pick<Context<never>, 'now' | 'wallNow'>): Moment => ({
  clockMs: clocks.now(),
  wallMs: clocks.wallNow(),
});

/**
 * How much time has passed from one moment of this node to a later one, by whichever of its clocks says more, in milliseconds. Whatever holds for a
 * while only, because of a promise or a proof, must not outlast a suspension of the machine, in which the monotonic clock stands still. A wall clock
 * that is set ahead costs no more than that it is over too early; one that is set back changes nothing.
 */
export const passedMs = (since: Moment, now: Moment): number =>
  Math.max(now.clockMs - since.clockMs, now.wallMs - since.wallMs);
