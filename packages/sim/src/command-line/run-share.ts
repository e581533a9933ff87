import { simulate } from '../simulation.ts';
import { type SeedShare, type SeedSummary, summaryOf } from './seed-summary.ts';
import { simulateTwice } from './simulate-twice.ts';

/** Runs a thread's share of the seeds, and tells what came of each. When the time is over none begins; but one is run, however short the time. */
export function runShare(
  { firstSeed, seeds, step, nodes, isHashed, twice, isOver }: SeedShare,
  onSeed: (summary: SeedSummary) => void,
): void {
  for (let seed = firstSeed; seed < firstSeed + seeds; seed += step) {
    const options = { seed, ...(nodes === null ? {} : { nodes }) };
    onSeed(summaryOf(twice ? simulateTwice(options) : simulate({ ...options, isHashed })));
    if (Atomics.load(isOver, 0) !== 0) return;
  }
}
