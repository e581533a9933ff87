import { expect, test } from 'vitest';
import { NodeClock } from '../src/host/node-clock.ts';

test('a clock has gained what it jumped, and what it ran too fast, but not what it drifts or stands still', () => {
  const clock = new NodeClock(1.01, 500);
  expect(clock.gainedMs(1_000_000)).toBe(0);
  clock.jump(70);
  clock.runAt(3, 1_000_000);
  expect(clock.gainedMs(1_100_000)).toBeCloseTo(70 + 202);
  clock.runAt(0.5, 1_100_000);
  clock.stop(1_200_000);
  clock.goOn(1_300_000);
  expect(clock.gainedMs(2_000_000)).toBeCloseTo(70 + 202);
});
