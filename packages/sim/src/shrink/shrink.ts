import type { Plant } from '../bugs/plant.ts';
import type { Fault } from '../faults/fault.ts';
import { type SimulationOptions, type SimulationResult, simulate, usualFaultsUntilMs } from '../simulation.ts';
import { shrinkFaults } from './shrink-faults.ts';

/** How far a search for a milder run goes, and whom it tells how far it has come. */
export interface ShrinkOptions {
  /** So many events are run at most, in all runs together: some two minutes' worth. Not time, so that the search ends with the same run wherever it is made. */
  readonly maxEvents?: number;
  readonly onRun?: (progress: ShrinkProgress) => void;
  /** The bug that the failing run had. */
  readonly plant?: Plant;
}

/** How far a search has come. */
export interface ShrinkProgress {
  readonly runs: number;
  /** How many are left. */
  readonly faults: number;
  /** From 0 to 1, of the events that may be run. */
  readonly share: number;
}

/** The mildest failing run that was found, and what makes it. */
export interface Shrunk {
  readonly result: SimulationResult;
  readonly options: SimulationOptions;
}

const usualMaxEvents = 60_000_000;

/**
 * One fault less, and every later message is drawn another fate: the run fails no more for no reason of its own. So each list of faults is tried
 * with so many other draws of the network.
 */
const networkVariants = 4;

/** So much longer than it took to fail the run goes on: the end of the faults, with all that stops before it, must not come any sooner. */
const afterFailureMs = 3000;

/** The run of the same seed with the fewest and mildest faults found in which the same invariant does not hold. @throws {RangeError} if the run did not fail */
export function shrink(
  failed: SimulationResult,
  { maxEvents = usualMaxEvents, onRun, plant }: ShrinkOptions = {},
): Shrunk {
  const { seed, nodes, violation } = failed;
  if (violation === null) throw new RangeError(`seed ${seed} did not fail`);
  const common = { seed, nodes, ...(plant === undefined ? {} : { plant }) };
  let best: Shrunk = { result: failed, options: { ...common, faults: failed.faults } };
  let events = 0;
  let runs = 0;

  const fails = (options: SimulationOptions): boolean => {
    if (events >= maxEvents) return false;
    const result = simulate(options);
    events += result.events;
    runs += 1;
    const isSame = result.violation?.invariant === violation.invariant;
    if (isSame) best = { result, options };
    onRun?.({ runs, faults: best.result.faults.length, share: Math.min(1, events / maxEvents) });
    return isSame;
  };
  // The network's draws that the last failing run had are the likeliest, and then the others.
  const failsSomehow = (faults: readonly Fault[]): boolean => {
    const { networkVariant: last = 0, faultsUntilMs } = best.options;
    const others = Array.from({ length: networkVariants }, (_, variant) => variant).filter((one) => one !== last);
    const end = faultsUntilMs === undefined ? {} : { faultsUntilMs };
    return [last, ...others].some((networkVariant) => fails({ ...common, ...end, faults, networkVariant }));
  };

  // What happened after the violation has no part in it, if it was seen while the faults went on.
  const before = failed.faults.filter(({ atMs }) => atMs <= failed.simulatedMs);
  const faultsUntilMs = Math.ceil(failed.simulatedMs) + afterFailureMs;
  const isEarly = faultsUntilMs < usualFaultsUntilMs && fails({ ...common, faults: before, faultsUntilMs });
  if (!isEarly) fails({ ...common, faults: before });
  shrinkFaults(best.result.faults, failsSomehow);
  return best;
}
