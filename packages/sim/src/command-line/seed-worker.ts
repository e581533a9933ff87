import { parentPort, workerData } from 'node:worker_threads';
import { simulate } from '../simulation.ts';
import { type SeedShare, summaryOf } from './seed-summary.ts';

// The main program of one thread: runs its share of the seeds and posts what came of each.
const { firstSeed, seeds, step, nodes }: SeedShare = workerData;
for (let seed = firstSeed; seed < firstSeed + seeds; seed += step) {
  parentPort?.postMessage(summaryOf(simulate({ seed, ...(nodes === null ? {} : { nodes }) })));
}
