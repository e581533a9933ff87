import { z } from 'zod';

/** The longest times without an acknowledged write, in milliseconds, over all runs; one for each leader that was lost. */
export const failoverFiguresSchema = z.object({
  longestMs: z.object({ median: z.number(), p99: z.number(), max: z.number() }),
  runs: z.array(z.object({ longestMs: z.number() })),
});
export type FailoverFigures = z.infer<typeof failoverFiguresSchema>;

/** What befalls the leader. */
export type Fault = 'kill' | 'pause' | 'cut';

/** The figures of some runs. A quantile is the smallest value that such a share of all does not exceed. */
export function failoverFigures(longestMs: readonly number[]): FailoverFigures {
  const sorted = longestMs.toSorted((one, other) => one - other);
  const quantile = (share: number): number => sorted[Math.ceil(share * sorted.length) - 1] ?? Number.NaN;
  return {
    longestMs: { median: quantile(0.5), p99: quantile(0.99), max: quantile(1) },
    runs: longestMs.map((ms) => ({ longestMs: ms })),
  };
}
