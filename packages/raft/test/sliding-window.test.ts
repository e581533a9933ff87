import fc from 'fast-check';
import { expect, test } from 'vitest';
import { SlidingWindow } from '../src/sliding-window.ts';

test('a window that holds nothing has neither mean nor least', () => {
  const window = new SlidingWindow(3);
  expect([window.count, window.mean, window.least]).toEqual([0, null, null]);
});

test('a window has the mean and the least of the newest numbers, whatever came before', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 9 }),
      fc.array(fc.integer({ min: 0, max: 1000 }), { minLength: 1 }),
      (size, all) => {
        const window = new SlidingWindow(size);
        for (const value of all) window.add(value);
        const newest = all.slice(-size);
        expect(window.count).toBe(newest.length);
        expect(window.least).toBe(Math.min(...newest));
        expect(window.mean).toBeCloseTo(newest.reduce((sum, value) => sum + value, 0) / newest.length, 9);
      },
    ),
  );
});
