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
  readonly twice: boolean;
}

/** Most of what a run makes is soon forgotten: with more room for it little else is ever looked at. */
const maxYoungGenerationSizeMb = 192;

/** Runs seeds on threads of their own and tells of each as it ends. When the time is over none begins, but each thread has run one. */
export async function runSeeds(
  { firstSeed, seeds, nodes, minutes, jobs, twice }: SeedRuns,
  onSeed: (summary: SeedSummary) => void,
): Promise<void> {
  const used = Math.min(jobs, seeds);
  const isOver = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
  const workers = Array.from({ length: used }, (_, place) => {
    const share: SeedShare = {
      firstSeed: firstSeed + place,
      seeds: seeds - place,
      step: used,
      nodes,
      isHashed: seeds === 1,
      twice,
      isOver,
    };
    const resourceLimits = { maxYoungGenerationSizeMb };
    const worker = new Worker(new URL('./seed-worker.js', import.meta.url), { workerData: share, resourceLimits });
    worker.on('message', onSeed);
    return worker;
  });
  const deadline = Number.isFinite(minutes)
    ? setTimeout(() => Atomics.store(isOver, 0, 1), minutes * 60_000)
    : undefined;
  try {
    await Promise.all(workers.map((worker) => once(worker, 'exit')));
  } finally {
    clearTimeout(deadline);
    for (const worker of workers) void worker.terminate();
  }
}
