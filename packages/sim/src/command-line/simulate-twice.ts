import { type SimulationOptions, type SimulationResult, simulate } from '../simulation.ts';

/** Runs a seed twice. That both runs were the same, down to each byte that was said, counts like an invariant. */
export function simulateTwice(options: SimulationOptions): SimulationResult {
  const first = simulate({ ...options, isHashed: true });
  const second = simulate({ ...options, isHashed: true });
  if (first.hash === second.hash || first.violation !== null) return first;
  const what = `trace ${first.hash} of ${first.events} events, and then ${second.hash} of ${second.events}`;
  return { ...first, violation: { invariant: 'the same seed is the same run', what } };
}
