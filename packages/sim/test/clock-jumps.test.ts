import { expect, test } from 'vitest';
import type { Plant } from '../src/bugs/plant.ts';
import type { Fault } from '../src/faults/fault.ts';
import { simulate } from '../src/simulation.ts';

/** The leader's monotonic clock jumps ahead time and again, which none may that leases rest on. */
const jumps: readonly Fault[] = Array.from({ length: 60 }, (_, at) => ({
  kind: 'clockJump',
  atMs: 1000 + 100 * at,
  victim: 'leader',
  byMs: 3000,
}));

/** Machines stand still, and nothing on them tells that time has passed. */
const suspensions: readonly Fault[] = Array.from({ length: 18 }, (_, at) => ({
  kind: 'suspend',
  atMs: 1000 + 400 * at,
  durationMs: 900,
  victim: at % 3,
  stopsWallClock: true,
}));

const clockFaults = [
  ['a monotonic clock that jumps', jumps],
  ['a machine both clocks of which stand still', suspensions],
] as const;
const seeds = [1, 2, 3];

test.each(clockFaults.flatMap(([what, faults]) => seeds.map((seed) => [what, seed, faults] as const)))(
  '%s breaks no promise that is made without leases: seed %i',
  (_what, seed, faults) => {
    const plant = { settings: (drawn) => ({ ...drawn, leaseMs: 0 }) } satisfies Plant;
    expect(simulate({ seed, faults, faultsUntilMs: 9000, plant }).violation).toBeNull();
  },
);
