/**
 * A time of this process's monotonic clock, as OpenTelemetry takes times. All times of spans are given so: those that are known after the fact fit to the others only
 * if one clock has measured them all.
 */
export const epochMs = (monotonicMs: number): number => performance.timeOrigin + monotonicMs;

/** Now. */
export const epochNow = (): number => epochMs(performance.now());
