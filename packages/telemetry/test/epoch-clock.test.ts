import { expect, test } from 'vitest';
import { EpochClock } from '../src/epoch-clock.ts';

/** Clocks that are set by hand. */
function clocks() {
  const now = { monotonicMs: 100, wallMs: 1_700_000_000_100, readingTakesMs: 0 };
  const monotonicNow = (): number => {
    now.monotonicMs += now.readingTakesMs;
    return now.monotonicMs;
  };
  return { now, epoch: new EpochClock({ monotonicNow, wallNow: () => now.wallMs }) };
}

test('times stay together though the wall clock counts whole milliseconds, and come as near to it as it was ever seen', () => {
  const { now, epoch } = clocks();
  const offsets = [0.7, 1.2, 2.0, 3.9, 4.1].map((passedMs) => {
    now.monotonicMs = 100 + passedMs;
    // Its next millisecond begins at a tenth of the other's.
    now.wallMs = 1_700_000_000_100 + Math.floor(passedMs + 0.9);
    return Math.round((epoch.offsetMs() - 1_700_000_000_000) * 100) / 100;
  });
  expect(offsets).toEqual([0.3, 0.8, 0.8, 0.8, 0.9]);
});

test.each([3_600_000, -3_600_000])(
  'times follow the wall clock when it is set, or went on while the machine slept',
  (aheadMs) => {
    const { now, epoch } = clocks();
    now.wallMs += aheadMs;
    expect(epoch.offsetMs()).toBe(1_700_000_000_000 + aheadMs);
  },
);

test('a process that stood still between two readings has not seen its clocks part', () => {
  const { now, epoch } = clocks();
  now.readingTakesMs = 50;
  expect(epoch.offsetMs()).toBe(1_700_000_000_000);
});

test('of its own clocks it makes what the wall clock says', () => {
  expect(Math.abs(new EpochClock().offsetMs() + performance.now() - Date.now())).toBeLessThan(20);
});
