import { expect, it } from 'vitest';
import type { Fault } from '../src/index.ts';
import { shrinkFaults } from '../src/shrink/shrink-faults.ts';

const pauseAt = (atMs: number): Fault => ({ kind: 'pause', atMs, durationMs: 10, victim: 0 });

it('finds the two of many faults that it takes', () => {
  const faults = Array.from({ length: 40 }, (_, at) => pauseAt(at));
  const needs = (candidate: readonly Fault[]): boolean =>
    [7, 29].every((needed) => candidate.some(({ atMs }) => atMs === needed));
  expect(shrinkFaults(faults, needs, 1000).map(({ atMs }) => atMs)).toEqual([7, 29]);
});

it('lets them begin as early as they may', () => {
  const needs = (candidate: readonly Fault[]): boolean => candidate.some(({ atMs }) => atMs >= 100);
  const [fault] = shrinkFaults([pauseAt(30_000)], needs, 1000);
  expect(fault?.atMs).toBeGreaterThanOrEqual(100);
  expect(fault?.atMs).toBeLessThan(200);
});

it('takes from a storm what is not needed', () => {
  const rates = { lost: 0.1, doubled: 0.2, late: 0.3 };
  const storm: Fault = {
    kind: 'storm',
    atMs: 0,
    durationMs: 10,
    between: rates,
    within: rates,
    clients: { lost: 0.1, late: 0.1 },
    maxLateMs: 50,
    reordered: true,
  };
  const needsLoss = ([fault]: readonly Fault[]): boolean => fault?.kind === 'storm' && fault.between.lost > 0;
  expect(shrinkFaults([storm], needsLoss, 1000)).toEqual([
    {
      ...storm,
      between: { lost: 0.1, doubled: 0, late: 0 },
      within: { lost: 0, doubled: 0, late: 0 },
      clients: { lost: 0, late: 0 },
      reordered: false,
    },
  ]);
});

it('asks no oftener than it may', () => {
  let runs = 0;
  shrinkFaults(
    Array.from({ length: 40 }, (_, at) => pauseAt(at)),
    () => {
      runs += 1;
      return false;
    },
    10,
  );
  expect(runs).toBe(10);
});
