import { type SimulationResult, simulate } from '../simulation.ts';
import { shrinkFaults } from './shrink-faults.ts';

/** A failing run is tried again so often, at most, in the search for one with fewer faults. */
const maxRuns = 200;

/** The run of the same seed with the fewest and mildest faults found in which the same invariant does not hold. @throws {RangeError} if the run did not fail */
export function shrink(failed: SimulationResult): SimulationResult {
  const { seed, nodes, violation } = failed;
  if (violation === null) throw new RangeError(`seed ${seed} did not fail`);
  let best = failed;
  // What happened after the violation has no part in it, if it was seen while the faults went on.
  const before = failed.faults.filter(({ atMs }) => atMs <= failed.simulatedMs);
  shrinkFaults(
    before,
    (faults) => {
      const result = simulate({ seed, nodes, faults });
      if (result.violation?.invariant !== violation.invariant) return false;
      best = result;
      return true;
    },
    maxRuns,
  );
  return best;
}
