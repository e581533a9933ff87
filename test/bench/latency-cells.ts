import type { Latencies } from '@quorate/load';

/** The titles of `latencyCells`. */
export const latencyTitles: readonly string[] = ['writes', 'median, ms', '99 %', '99.9 %', 'longest'];

/** Latencies as cells of a table. */
export function latencyCells(latencies: Latencies): readonly string[] {
  const times = [0.5, 0.99, 0.999, 1].map((share) => latencies.quantileMs(share));
  return [String(latencies.count), ...times.map((ms) => ms.toFixed(1))];
}
