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

test('times stay together while the clocks differ by no more than how finely the one counts', () => {
  const { now, epoch } = clocks();
  for (const wallMs of [1, 3, 7].map((ms) => now.wallMs + ms)) {
    now.monotonicMs += 3.7;
    now.wallMs = wallMs;
    expect(epoch.offsetMs()).toBe(1_700_000_000_000);
  }
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
