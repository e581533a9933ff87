import { expect, test } from 'vitest';
import { declarations } from '../../src/metrics/declarations.ts';
import { MetricReadings } from '../../src/metrics/metric-readings.ts';
import { readQueues } from '../../src/metrics/queue-length.ts';

test('every queue has its length, and a limit if it has one', () => {
  const readings = new MetricReadings();
  readQueues(
    [
      { queue: 'mailboxes', length: 3, limit: null },
      { queue: 'spans', length: 5, limit: 8 },
    ],
    readings,
  );
  expect(readings.of(declarations.queueLength)).toEqual([
    { labels: { queue: 'mailboxes' }, value: 3 },
    { labels: { queue: 'spans' }, value: 5 },
  ]);
  expect(readings.of(declarations.queueLimit)).toEqual([{ labels: { queue: 'spans' }, value: 8 }]);
});
