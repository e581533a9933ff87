import { expect, test } from 'vitest';
import { Latencies, latencyBins, loadToJson, mergedResult } from '../src/index.ts';

function latenciesOf(times: readonly number[]): Latencies {
  const latencies = new Latencies();
  for (const ms of times) latencies.record(ms);
  return latencies;
}

const oneToThousand = Array.from({ length: 1_000 }, (_, at) => at + 1);

test('knows what share took how long, to three digits', () => {
  const latencies = latenciesOf(oneToThousand);
  expect(latencies.count).toBe(1_000);
  expect(latencies.quantileMs(0.5) / 500).toBeCloseTo(1, 2);
  expect(latencies.quantileMs(0.99) / 990).toBeCloseTo(1, 2);
  expect(latencies.meanMs / 500.5).toBeCloseTo(1, 2);
  expect(latencies.quantileMs(1)).toBe(latencies.longestMs);
});

test('takes times that are nothing and times that are hours', () => {
  const latencies = latenciesOf([0, 1e9]);
  expect(latencies.shortestMs).toBe(0.001);
  expect(latencies.longestMs / 3_600_000).toBeCloseTo(1, 2);
});

test('is nothing where there is nothing', () => {
  const latencies = new Latencies();
  expect([latencies.count, latencies.shortestMs, latencies.longestMs, latencies.quantileMs(0.5)]).toEqual([0, 0, 0, 0]);
  expect(latencyBins(latencies, 10)).toEqual([]);
});

test.each([
  ['many', oneToThousand],
  ['one', [1]],
  ['on an edge', [1, 10, 100]],
  ['far apart', [0.01, 60_000]],
])('bins hold each once: %s', (_, times) => {
  const bins = latencyBins(latenciesOf(times), 12);
  expect(bins.reduce((sum, { count }) => sum + count, 0)).toBe(times.length);
  expect(bins.length).toBeLessThanOrEqual(12);
  expect(bins[0]?.count).toBeGreaterThan(0);
  expect(bins.at(-1)?.count).toBeGreaterThan(0);
  for (const [at, { fromMs, toMs }] of bins.entries()) {
    expect(toMs).toBeGreaterThan(fromMs);
    if (at > 0) expect(fromMs).toBe(bins[at - 1]?.toMs);
  }
});

test('loads are taken for one', () => {
  const result = (ms: number, code: string) => ({
    seconds: 2,
    operations: new Map([
      ['get', { latencies: latenciesOf([ms]), answered: 1, notBegun: 2, failures: new Map([[code, 3]]) }],
    ]),
  });
  const { seconds, operations } = mergedResult([result(1, 'Timeout'), result(3, 'Timeout'), result(2, 'NoLeader')]);
  const get = operations.get('get');
  expect(seconds).toBe(6);
  expect(get === undefined ? null : loadToJson(get, seconds)).toEqual({
    answered: 3,
    perSecond: 0.5,
    failed: 9,
    failures: { Timeout: 6, NoLeader: 3 },
    notBegun: 6,
    latencyMs: { p50: 2, p90: 3, p99: 3, p999: 3, max: 3, mean: 2 },
  });
});
