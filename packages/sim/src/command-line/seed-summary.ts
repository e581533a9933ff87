import type { SimulationResult } from '../simulation.ts';

/** What is told of a run to whoever counts them: all of its result but what is long. */
export type SeedSummary = Omit<SimulationResult, 'history' | 'faults'>;

/** What one thread is to run: of the seeds from `firstSeed` on, each `step`th. */
export interface SeedShare {
  readonly firstSeed: number;
  readonly seeds: number;
  readonly step: number;
  readonly nodes: number | null;
  readonly isHashed: boolean;
  /** Run each seed twice, and see that both runs were the same. */
  readonly twice: boolean;
  /** Its first word is no more 0 when no other seed is to begin. */
  readonly isOver: Int32Array;
}

/** The result without its history and faults. */
export function summaryOf({ history: _history, faults: _faults, ...summary }: SimulationResult): SeedSummary {
  return summary;
}
