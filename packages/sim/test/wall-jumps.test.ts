import { expect, test } from 'vitest';
import type { Fault } from '../src/faults/fault.ts';
import { simulate } from '../src/simulation.ts';

const hourMs = 3_600_000;

/** Every wall clock jumps by an hour, one way and the other, the leader's more often than the others'. */
const jumps: readonly Fault[] = Array.from({ length: 300 }, (_, at) => ({
  kind: 'wallJump',
  atMs: 1000 + 20 * at,
  victim: at % 2 === 0 ? 'leader' : at % 3,
  byMs: at % 4 < 2 ? hourMs : -hourMs,
}));

/** The terms in which a leader took office, and how many calls the store did not answer: the last of each client, which finds that it is to stop, and any that failed. */
function run(seed: number, faults: readonly Fault[]) {
  const terms = new Set<number>();
  let calls = 0;
  const { violation, acknowledged } = simulate({
    seed,
    faults,
    faultsUntilMs: 8000,
    onEvent: ({ kind, message }) => {
      if (message?.kind === 'leadershipGranted') terms.add(message.term);
      if (kind === 'clientCalls') calls += 1;
    },
  });
  return { violation, terms: [...terms], unanswered: calls - acknowledged };
}

test.each([1, 2, 3, 4, 5, 6])('wall clocks that jump by an hour cost no election and no answer: seed %i', (seed) => {
  expect(run(seed, jumps)).toEqual({ ...run(seed, []), violation: null });
});
