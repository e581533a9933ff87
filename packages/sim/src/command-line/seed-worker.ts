import { parentPort, workerData } from 'node:worker_threads';
import { runShare } from './run-share.ts';
import type { SeedShare } from './seed-summary.ts';

// The main program of one thread: posts what came of each of its seeds.
const share: SeedShare = workerData;
runShare(share, (summary) => parentPort?.postMessage(summary));
