import { expect, it } from 'vitest';
import { simulate } from '../src/index.ts';

it.each([1, 2, 3, 5])('watchers see each change once and in order, whatever fails: %i', (seed) => {
  const { violation, counts } = simulate({ seed, work: { others: 'watchers' } });
  expect(violation).toBeNull();
  expect(counts.get('watched revision')).toBeGreaterThan(100);
  expect(counts.get('watched too late')).toBeGreaterThan(5);
  expect(counts.get('watcher begins again where it was')).toBeGreaterThan(5);
});
