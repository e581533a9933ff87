import type { Latencies } from './latencies.ts';

/** Calls that took about as long. */
export interface LatencyBin {
  readonly fromMs: number;
  readonly toMs: number;
  readonly count: number;
}

/** The edges of a decade: each is about a fifth to a third longer than the one before, and short to write. */
const edges = [1, 1.25, 1.5, 2, 2.5, 3, 4, 5, 6, 8];

/**
 * Latencies in bins that grow with them, from the shortest call to the longest, with no empty ones at the ends. Bins are joined, two
 * to one, until there are no more than `most`.
 */
export function latencyBins(latencies: Latencies, most: number): readonly LatencyBin[] {
  if (latencies.count === 0) return [];
  const all = edgesAround(latencies.shortestMs, latencies.longestMs);
  for (let step = 1; ; step *= 2) {
    const chosen = all.filter((_, at) => at % step === 0 || at === all.length - 1);
    const bins = binsBetween(chosen, latencies);
    const first = bins.findIndex(({ count }) => count > 0);
    const last = bins.findLastIndex(({ count }) => count > 0);
    if (last - first < most) return bins.slice(first, last + 1);
  }
}

function edgesAround(shortestMs: number, longestMs: number): readonly number[] {
  const found: number[] = [];
  const firstDecade = Math.floor(Math.log10(shortestMs)) - 1;
  for (let decade = firstDecade; ; decade += 1) {
    for (const edge of edges) {
      found.push(edge * 10 ** decade);
      // An edge beyond the longest, by more than what is recorded is rounded.
      if (edge * 10 ** decade > longestMs * 1.01) return found;
    }
  }
}

function binsBetween(chosen: readonly number[], latencies: Latencies): readonly LatencyBin[] {
  return chosen.slice(1).map((toMs, at) => {
    const fromMs = chosen[at] ?? 0;
    return { fromMs, toMs, count: latencies.countBetween(fromMs, toMs) };
  });
}
