import type { Violation } from '../invariants/watch.ts';
import { simulate } from '../simulation.ts';
import type { PlantedBug } from './plant.ts';

/** How long a bug is looked for, and from where on. */
export interface HuntOptions {
  readonly firstSeed: number;
  readonly maxCpuMs: number;
  /** Called after each seed that noticed nothing. */
  readonly onSeed?: (seeds: number, cpuMs: number) => void;
}

/** What came of a hunt. */
export interface HuntResult {
  readonly bug: PlantedBug;
  /** The seed whose run noticed the bug, and what it noticed; null if none did in time. */
  readonly caught: { readonly seed: number; readonly violation: Violation } | null;
  /** How many seeds were run, the catching one included. */
  readonly seeds: number;
  readonly cpuMs: number;
}

/** Runs the simulation with a bug, seed by seed, as it is run without, until something notices. */
export function hunt(bug: PlantedBug, { firstSeed, maxCpuMs, onSeed }: HuntOptions): HuntResult {
  const before = process.cpuUsage();
  let seeds = 0;
  let cpuMs = 0;
  while (cpuMs < maxCpuMs) {
    const seed = firstSeed + seeds;
    const { violation } = simulate({ seed, plant: bug.plant });
    seeds += 1;
    const used = process.cpuUsage(before);
    cpuMs = (used.user + used.system) / 1000;
    if (violation !== null) return { bug, caught: { seed, violation }, seeds, cpuMs };
    onSeed?.(seeds, cpuMs);
  }
  return { bug, caught: null, seeds, cpuMs };
}
