import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { SeedShare, SeedSummary } from './seed-summary.ts';

/** Which seeds to run, for how long at most, and on how many threads. */
export interface SeedRuns {
  readonly firstSeed: number;
  readonly seeds: number;
  /** Null: each seed draws its own. */
  readonly nodes: number | null;
  readonly minutes: number;
  readonly jobs: number;
}

/** Runs seeds on threads of their own and tells of each as it ends. */
export async function runSeeds(
  { firstSeed, seeds, nodes, minutes, jobs }: SeedRuns,
  onSeed: (summary: SeedSummary) => void,
): Promise<void> {
  const used = Math.min(jobs, seeds);
  const workers = Array.from({ length: used }, (_, place) => {
    const share: SeedShare = { firstSeed: firstSeed + place, seeds: seeds - place, step: used, nodes };
    const worker = new Worker(new URL('./seed-worker.js', import.meta.url), { workerData: share });
    worker.on('message', onSeed);
    return worker;
  });
  const stopAll = (): void => {
    for (const worker of workers) void worker.terminate();
  };
  const deadline = Number.isFinite(minutes) ? setTimeout(stopAll, minutes * 60_000) : undefined;
  try {
    await Promise.all(workers.map((worker) => once(worker, 'exit')));
  } finally {
    clearTimeout(deadline);
    stopAll();
  }
}
