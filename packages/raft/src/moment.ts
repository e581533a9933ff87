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

/** By so much two clocks of a node may part and nobody has to know. */
const toleranceMs = 20;
/** What NTP does to one of the clocks and not to the other, as a share of the time that has passed. */
const usualDrift = 0.001;

/** How far the wall clock has gone ahead of the monotonic one from one moment to a later one, in milliseconds, below 0 if it was set back, if that is more than it may; else 0. */
export function partedMs(since: Moment, now: Moment): number {
  const passedMs = now.clockMs - since.clockMs;
  const aheadMs = now.wallMs - since.wallMs - passedMs;
  return Math.abs(aheadMs) > toleranceMs + usualDrift * passedMs ? aheadMs : 0;
}

/**
 * How much time has passed from one moment of this node to a later one, by whichever of its clocks says more, in milliseconds. Whatever holds for a
 * while only, because of a promise or a proof, must not outlast a suspension of the machine, in which the monotonic clock stands still. A wall clock
 * that is set ahead costs no more than that it is over too early. If one was set back it is over too, and this is infinite: it might hide how long the machine was suspended.
 */
export const passedMs = (since: Moment, now: Moment): number =>
  partedMs(since, now) < 0
    ? Number.POSITIVE_INFINITY
    : Math.max(now.clockMs - since.clockMs, now.wallMs - since.wallMs);
