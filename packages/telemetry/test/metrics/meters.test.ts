import type { CommitSpan, CommitTracer, Logger } from '@quorate/raft';
import { logIndex, silentPorts, term } from '@quorate/raft';
import { expect, test, vi } from 'vitest';
import { declarations } from '../../src/metrics/declarations.ts';
import { DurationHistogram } from '../../src/metrics/duration-histogram.ts';
import { LogMeter } from '../../src/metrics/log-meter.ts';
import { MeteredCommitTracer } from '../../src/metrics/metered-commit-tracer.ts';
import type { Metric } from '../../src/metrics/metric.ts';
import { MetricReadings } from '../../src/metrics/metric-readings.ts';
import { RequestMeter } from '../../src/metrics/request-meter.ts';

interface Meter {
  read(readings: MetricReadings): void;
}

const readingsOf = (meter: Meter, metric: Metric) => {
  const readings = new MetricReadings();
  meter.read(readings);
  return readings.of(metric);
};

test('a histogram has every duration in one bucket, up to its bound and with it', () => {
  const histogram = new DurationHistogram();
  for (const durationMs of [0, 0.25, 0.26, 10, 9_999, 10_001, -1]) histogram.record(durationMs);
  const { bounds, counts, count, sum } = histogram.state;
  expect(counts).toHaveLength(bounds.length + 1);
  const filled = counts.flatMap((number, bucket) => (number === 0 ? [] : [[bounds[bucket] ?? Infinity, number]]));
  expect(filled).toEqual([
    [0.000_25, 3],
    [0.000_5, 1],
    [0.01, 1],
    [10, 1],
    [Infinity, 1],
  ]);
  expect(count).toBe(7);
  expect(sum).toBeCloseTo(20.01051, 6);
});

test('requests are counted by endpoint and outcome, and those that are not answered yet', () => {
  const meter = new RequestMeter();
  meter.answered('put', 'ok', meter.began());
  meter.answered('put', 'ok', meter.began());
  meter.answered('get', 'NoLeader', meter.began());
  meter.began();
  expect(readingsOf(meter, declarations.requests)).toEqual([
    { labels: { endpoint: 'put', outcome: 'ok' }, value: 2 },
    { labels: { endpoint: 'get', outcome: 'NoLeader' }, value: 1 },
  ]);
  expect(readingsOf(meter, declarations.requestsActive)).toEqual([{ labels: {}, value: 1 }]);
  expect(readingsOf(meter, declarations.requestDuration)).toMatchObject([
    { labels: { endpoint: 'put' }, value: { count: 2 } },
    { labels: { endpoint: 'get' }, value: { count: 1 } },
  ]);
});

test('however many codes of errors there are, so many outcomes are told apart', () => {
  const meter = new RequestMeter();
  for (let code = 0; code < 1_000; code += 1) meter.answered('get', `Code${code}`, meter.began());
  const outcomes = readingsOf(meter, declarations.requests);
  expect(outcomes).toHaveLength(65);
  expect(outcomes.at(-1)).toEqual({ labels: { endpoint: 'get', outcome: 'other' }, value: 936 });
});

test('the stages of a commit add up to the whole, and the other tracer is told the same', () => {
  const told: string[] = [];
  const span: CommitSpan = {
    traceparent: 'sampled',
    appended: (index) => told.push(`appended ${index}`),
    committed: () => told.push('committed'),
    end: (outcome) => told.push(outcome),
  };
  const inner: CommitTracer = { start: (parent) => (parent === 'traced' ? span : null) };
  const tracer = new MeteredCommitTracer(inner);
  vi.useFakeTimers({ toFake: ['performance'] });
  const traced = tracer.start('traced');
  vi.advanceTimersByTime(1);
  traced.appended(logIndex(4), term(2));
  vi.advanceTimersByTime(20);
  traced.committed();
  vi.advanceTimersByTime(3);
  traced.end('applied');
  const refused = tracer.start(null);
  refused.end('refused');
  vi.useRealTimers();

  expect([traced.traceparent, refused.traceparent]).toEqual(['sampled', null]);
  expect(told).toEqual(['appended 4', 'committed', 'applied']);
  expect(readingsOf(tracer, declarations.proposals)).toEqual([
    { labels: { outcome: 'applied' }, value: 1 },
    { labels: { outcome: 'refused' }, value: 1 },
  ]);
  expect(readingsOf(tracer, declarations.commitDuration)).toMatchObject([{ value: { count: 1, sum: 0.024 } }]);
  expect(readingsOf(tracer, declarations.commitStageDuration)).toMatchObject([
    { labels: { stage: 'append' }, value: { count: 1, sum: 0.001 } },
    { labels: { stage: 'quorum' }, value: { count: 1, sum: 0.02 } },
    { labels: { stage: 'apply' }, value: { count: 1, sum: 0.003 } },
  ]);
});

test('what is logged is counted by level, and the roles that are taken', () => {
  const meter = new LogMeter();
  const lines: string[] = [];
  const logger: Logger = { ...silentPorts.logger, info: (message) => lines.push(message) };
  const metered = meter.metered(logger);
  for (const message of ['became candidate', 'became leader', 'follows', 'became candidate']) metered.info(message);
  metered.warn('the disk is slow');
  expect(lines).toEqual(['became candidate', 'became leader', 'follows', 'became candidate']);
  expect(readingsOf(meter, declarations.logLines).map(({ value }) => value)).toEqual([4, 1, 0]);
  expect(readingsOf(meter, declarations.roleChanges)).toEqual([
    { labels: { role: 'pre-candidate' }, value: 0 },
    { labels: { role: 'candidate' }, value: 2 },
    { labels: { role: 'leader' }, value: 1 },
    { labels: { role: 'follower' }, value: 0 },
  ]);
});
