import { expect, it, test } from 'vitest';
import { simulate } from '../src/index.ts';

it.each([1, 2, 3])('nodes that compare their states find them equal, whatever fails: %i', (seed) => {
  expect(simulate({ seed, work: { stateChecks: 'equal' } }).violation).toBeNull();
});

test('the state of one node that somebody has altered is found, with the first revision at which it differs', () => {
  const counts = [1, 2, 3, 4, 5, 6].map((seed) => {
    const result = simulate({ seed, work: { stateChecks: 'astray' } });
    expect(result.violation).toBeNull();
    return result.counts.get('a state that was altered has parted') ?? 0;
  });
  // A node that is ended builds its state anew.
  expect(counts.reduce((sum, count) => sum + count)).toBeGreaterThan(2);
});

test('comparing states shifts nothing', () => {
  const asked = { seed: 4, faultsUntilMs: 5_000 };
  expect(simulate({ ...asked, work: { stateChecks: 'equal' } }).history).toEqual(
    simulate({ ...asked, work: { stateChecks: null } }).history,
  );
});
