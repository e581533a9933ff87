import { expect, test } from 'vitest';
import { processorTimesIn, shareBetween } from './busy-share.ts';

const stat = (idle: number, waiting: number): string =>
  `cpu  100 0 50 ${idle} ${waiting} 0 0 0 0 0\ncpu0 1 2 3 4 5 6 7 8 9 10\nctxt 1\n`;

test('a processor is busy while it is neither idle nor waiting for a disk', () => {
  const before = processorTimesIn(stat(0, 0));
  const now = processorTimesIn(stat(60, 15).replace('cpu  100 0 50', 'cpu  120 0 55'));
  if (before === null || now === null) throw new Error('not understood');
  expect(shareBetween(before, now)).toBe(0.25);
  expect(shareBetween(now, now)).toBe(0);
  expect(processorTimesIn('nothing')).toBeNull();
});
