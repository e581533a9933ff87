import { describe, expect, it } from 'vitest';
import { plantedBugs } from '../src/bugs/catalogue.ts';
import { type Fault, simulate } from '../src/index.ts';
import { shrink } from '../src/shrink/shrink.ts';
import { shrinkFaults } from '../src/shrink/shrink-faults.ts';

const pauseAt = (atMs: number): Fault => ({ kind: 'pause', atMs, durationMs: 10, victim: 0 });

it('finds the two of many faults that it takes', () => {
  const faults = Array.from({ length: 40 }, (_, at) => pauseAt(at));
  const needs = (candidate: readonly Fault[]): boolean =>
    [7, 29].every((needed) => candidate.some(({ atMs }) => atMs === needed));
  expect(shrinkFaults(faults, needs).map(({ atMs }) => atMs)).toEqual([7, 29]);
});

it('lets them begin as early as they may', () => {
  const needs = (candidate: readonly Fault[]): boolean => candidate.some(({ atMs }) => atMs >= 100);
  const [fault] = shrinkFaults([pauseAt(30_000)], needs);
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
  expect(shrinkFaults([storm], needsLoss)).toEqual([
    {
      ...storm,
      between: { lost: 0.1, doubled: 0, late: 0 },
      within: { lost: 0, doubled: 0, late: 0 },
      clients: { lost: 0, late: 0 },
      reordered: false,
    },
  ]);
});

it('leaves out what has become milder, though it could not be left out at first', () => {
  const [first, second] = [pauseAt(1), { ...pauseAt(2), durationMs: 1000 }];
  // As if without the second the others met in another way, while it lasts long.
  const needs = (candidate: readonly Fault[]): boolean => {
    const isShort = candidate.every((fault) => !('durationMs' in fault) || fault.durationMs < 200);
    return candidate.some(({ atMs }) => atMs <= 1) && (isShort || candidate.length > 1);
  };
  expect(needs([second])).toBe(false);
  expect(shrinkFaults([{ ...first, durationMs: 1000 }, second], needs)).toHaveLength(1);
});

describe('the run that is shrunk', () => {
  const plant = plantedBugs.find(({ name }) => name === 'vote-before-flush')?.plant ?? {};
  const failed = simulate({ seed: 7, plant });

  it('needs hardly any fault, and fails in the same way, each time', () => {
    const { result, options } = shrink(failed, { plant, maxEvents: 3_000_000 });
    expect(result.violation?.invariant).toBe(failed.violation?.invariant);
    expect(result.faults.length).toBeLessThan(3);
    expect(simulate(options).violation).toEqual(result.violation);
  });

  it('is looked for no longer than it may be', () => {
    const runs: number[] = [];
    shrink(failed, { plant, maxEvents: 1, onRun: (progress) => runs.push(progress.runs) });
    expect(runs).toEqual([1]);
  });
});
