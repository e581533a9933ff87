import { expect, test } from 'vitest';
import type { Fault } from '../src/faults/fault.ts';
import { simulate } from '../src/simulation.ts';

/** All members find damaged records when they start again, one of them on a machine that is suspended. */
const faultsOf = (seed: number): readonly Fault[] => [
  { kind: 'suspend', atMs: 2000, durationMs: 3000, victim: 0, stopsWallClock: false },
  {
    kind: 'damagedRecords',
    atMs: 3000,
    victim: 'spread',
    records: 16,
    isLegible: true,
    durationMs: 40,
    picks: 128015455 + seed,
  },
];

test.each([5, 8, 10, 14])(
  'a process starts on a suspended machine when that goes on, and has its timers: seed %i',
  (seed) => {
    expect(simulate({ seed, nodes: 3, faults: faultsOf(seed), faultsUntilMs: 6000 }).violation).toBeNull();
  },
);
