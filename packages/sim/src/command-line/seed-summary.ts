import type { SimulationResult } from '../simulation.ts';

/** What is told of a run to whoever counts them: all of its result but what is long. */
export type SeedSummary = Omit<SimulationResult, 'history' | 'faults'>;

/** What one thread is to run: of the seeds from `firstSeed` on, each `step`th. */
export interface SeedShare {
  readonly firstSeed: number;
  readonly seeds: number;
  readonly step: number;
  readonly nodes: number | null;
}

/** The result without its history and faults. */
export function summaryOf({ history: _history, faults: _faults, ...summary }: SimulationResult): SeedSummary {
  return summary;
}
