import { Latencies, type LoadResult } from '@quorate/load';
import { expect, test } from 'vitest';
import { loadLines } from '../src/output/load-text.ts';

function resultOf(times: readonly number[], failures: Readonly<Record<string, number>>, notBegun: number): LoadResult {
  const latencies = new Latencies();
  for (const ms of times) latencies.record(ms);
  const put = { latencies, answered: times.length, notBegun, failures: new Map(Object.entries(failures)) };
  return { seconds: 2, operations: new Map([['put', put]]) };
}

const times = [...Array.from({ length: 3_000 }, () => 1.1), ...Array.from({ length: 1_500 }, () => 2.2), 120];

test('a load is shown as a row, and as bars', () => {
  expect(loadLines(resultOf(times, {}, 0))).toEqual([
    '     A SECOND  ANSWERED  FAILED   P50   P90   P99  P99.9  MAX  MEAN',
    'put     2,251     4,501       0  1.10  2.20  2.20   2.20  120  1.49',
    '',
    'Times are in milliseconds.',
    '',
    'FROM    TO    PUT',
    '   1  1.25  3,000  ████████████████████████████████████████',
    '1.25   1.5      0',
    ' 1.5     2      0',
    '   2   2.5  1,500  ████████████████████',
    ' 2.5     3      0',
    '   3     4      0',
    '   4     5      0',
    '   5     6      0',
    '   6     8      0',
    '   8    10      0',
    '  10  12.5      0',
    '12.5    15      0',
    '  15    20      0',
    '  20    25      0',
    '  25    30      0',
    '  30    40      0',
    '  40    50      0',
    '  50    60      0',
    '  60    80      0',
    '  80   100      0',
    ' 100   125      1  ▏',
  ]);
});

test('what failed and what fell behind is said', () => {
  const lines = loadLines(resultOf([1], { Timeout: 1_200, NoLeader: 1 }, 7));
  expect(lines[1]).toMatch(/ 1,201 /);
  expect(lines).toContain('put failed: 1,200 Timeout, 1 NoLeader. What failed is in no percentile.');
  expect(lines).toContain('put fell behind: 7 calls were due and not begun. They count as if answered at the end.');
});
