import { expect, it } from 'vitest';
import { RealTimeUsed, withoutRealTime } from '../src/host/real-time-guard.ts';

it('lets nobody use real time or real chance, and gives both back', () => {
  const uses: readonly (() => unknown)[] = [
    () => Date.now(),
    () => new Date(),
    () => Math.random(),
    () => performance.now(),
    () => setTimeout(() => {}, 1),
    () => setInterval(() => {}, 1),
    () => setImmediate(() => {}),
  ];
  for (const use of uses) expect(() => withoutRealTime(use)).toThrow(RealTimeUsed);
  expect(Date.now()).toBeGreaterThan(0);
  expect(performance.now()).toBeGreaterThan(0);
  expect(Math.random()).toBeLessThan(1);
});
