import { describe, expect, test } from 'vitest';
import { electionTimeoutsFor } from '../src/election-timeouts.ts';

const settings = { electionTimeoutMinMs: 150, electionTimeoutMaxMs: 300 };
const rangeFor = (roundTripMs: number | null, flushMs: number | null): readonly [number, number] => {
  const { electionTimeoutMinMs, electionTimeoutMaxMs } = electionTimeoutsFor(settings, { roundTripMs, flushMs });
  return [electionTimeoutMinMs, electionTimeoutMaxMs];
};

describe('election timeouts', () => {
  test.each([
    [null, null],
    [0.3, 1],
    [15, 0],
    [1, 37],
  ])('are those of the settings with a round trip of %s ms and flushes of %s ms', (roundTripMs, flushMs) => {
    expect(rangeFor(roundTripMs, flushMs)).toEqual([150, 300]);
  });

  test('are ten round trips at least, and up to twice that', () => {
    expect(rangeFor(80, 1)).toEqual([800, 1600]);
    expect(rangeFor(20.02, null)).toEqual([201, 401]);
  });

  test('let the flushes of an election fit in twice', () => {
    expect(rangeFor(1, 100)).toEqual([400, 800]);
    expect(rangeFor(null, 100)).toEqual([400, 800]);
  });

  test('do not grow without end, whatever was measured', () => {
    expect(rangeFor(1e9, 1e9)).toEqual([3000, 6000]);
  });
});
