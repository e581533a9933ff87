import { expect, test } from 'vitest';

import { LineLimits } from '../src/line-limits.ts';
import { createLoggers } from '../src/logger.ts';

test('of one kind so many lines are written in a while, and the next says how many were not; other kinds are written as ever', () => {
  let nowMs = 0;
  const limits = new LineLimits(() => nowMs);
  const take = (count: number): readonly (number | null)[] => Array.from({ length: count }, () => limits.take('a'));
  expect(take(50)).toEqual(Array(50).fill(0));
  nowMs = 9_999;
  expect(take(7)).toEqual(Array(7).fill(null));
  expect(limits.take('b')).toBe(0);
  nowMs = 10_000;
  expect(take(2)).toEqual([7, 0]);
});

test('what says the same over and over does not fill the log', () => {
  const lines: string[] = [];
  const destination = { write: (line: string) => void lines.push(line) };
  const identity = { cluster: 'main', group: 'config', node: 'n1' };
  const loggerOf = createLoggers(identity, { level: 'info', currentTerm: () => 1, destination });
  for (let count = 0; count < 1_000; count += 1) loggerOf('bus').warn('dropped a message', { count });
  loggerOf('bus').error('dropped a message');
  loggerOf('api').warn('dropped a message');
  expect(lines).toHaveLength(52);
});
