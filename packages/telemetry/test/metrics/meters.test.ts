import { nodeId } from '@quorate/actor';
import type { CommitSpan, CommitTracer, Logger } from '@quorate/raft';
import { logIndex, silentPorts, term } from '@quorate/raft';
import { expect, test } from 'vitest';
import { declarations } from '../../src/metrics/declarations.ts';
import { DurationHistogram } from '../../src/metrics/duration-histogram.ts';
import { LogMeter } from '../../src/metrics/log-meter.ts';
import { MeteredCommitTracer } from '../../src/metrics/metered-commit-tracer.ts';
import type { Metric } from '../../src/metrics/metric.ts';
import { MetricReadings } from '../../src/metrics/metric-readings.ts';
import { RequestMeter } from '../../src/metrics/request-meter.ts';
import { RoleMeter } from '../../src/metrics/role-meter.ts';
import { StageMeter } from '../../src/metrics/stage-meter.ts';
import { StageRings } from '../../src/stages/stage-rings.ts';

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

test('commits are counted by what became of them, and the other tracer is told the same', () => {
  const told: string[] = [];
  const span: CommitSpan = {
    traceparent: 'sampled',
    appended: (index) => told.push(`appended ${index}`),
    committed: () => told.push('committed'),
    end: (outcome) => told.push(outcome),
  };
  const inner: CommitTracer = { start: (parent) => (parent === 'traced' ? span : null) };
  const tracer = new MeteredCommitTracer(inner);
  const traced = tracer.start('traced');
  traced.appended(logIndex(4), term(2));
  traced.committed();
  traced.end('applied');
  const refused = tracer.start(null);
  refused.end('refused');
  expect([traced.traceparent, refused.traceparent]).toEqual(['sampled', null]);
  expect(told).toEqual(['appended 4', 'committed', 'applied']);
  expect(readingsOf(tracer, declarations.proposals)).toEqual([
    { labels: { outcome: 'applied' }, value: 1 },
    { labels: { outcome: 'refused' }, value: 1 },
  ]);
});

test('the stages of a commit add up to the whole, and whoever remembers is told all of it', () => {
  const rings = new StageRings(8);
  const meter = new StageMeter(rings);
  const [first, last] = [logIndex(4), logIndex(5)];
  for (const index of [first, last]) meter.placed(index, term(2), 100, 101);
  meter.appended(first, last, term(2), 7, 101, 103);
  meter.flushBegan(7, 103);
  meter.sent(nodeId('n2'), first, last, 104);
  meter.flushEnded(7, 107);
  meter.acknowledged(nodeId('n2'), last, 110);
  meter.committed(first, last, nodeId('n2'), 111);
  meter.applied(first, last, 116, 122);
  meter.settled(first, term(2), 129);
  meter.settled(last, term(2), 129);
  // Of an entry that another leader has put in the place of one, and of one that is not this node's, nothing is known.
  meter.settled(last, term(3), 140);
  meter.settled(logIndex(9), term(2), 140);

  expect(readingsOf(meter, declarations.commitDuration)).toMatchObject([{ value: { count: 2, sum: 0.058 } }]);
  expect(readingsOf(meter, declarations.commitStageDuration).map(({ labels, value }) => [labels, value])).toMatchObject(
    [
      [{ stage: 'batch' }, { count: 2, sum: 0.002 }],
      [{ stage: 'append' }, { count: 2, sum: 0.004 }],
      [{ stage: 'quorum' }, { count: 2, sum: 0.016 }],
      [{ stage: 'applier' }, { count: 2, sum: 0.01 }],
      [{ stage: 'apply' }, { count: 2, sum: 0.012 }],
      [{ stage: 'answer' }, { count: 2, sum: 0.014 }],
    ],
  );
  expect(readingsOf(meter, declarations.flushDuration)).toMatchObject([{ value: { count: 1, sum: 0.004 } }]);
  expect(readingsOf(meter, declarations.appends)).toEqual([{ labels: {}, value: 1 }]);
  expect(readingsOf(meter, declarations.appendedEntries)).toEqual([{ labels: {}, value: 2 }]);
  expect(rings.find(first)).toMatchObject({
    leader: { takenAtMs: 100, committedAtMs: 111, settledAtMs: 129, peers: [{ sentAtMs: 104, heardAtMs: 110 }] },
    log: { batchEntries: 2, flushEndedAtMs: 107 },
    applier: { appliedAtMs: 122 },
  });
});

test('a write that was put in the place of another is not timed by what the other was told', () => {
  const meter = new StageMeter(silentPorts.stages);
  const index = logIndex(4);
  meter.placed(index, term(2), 100, 101);
  meter.appended(index, index, term(2), 1, 101, 102);
  meter.committed(index, index, nodeId('n2'), 103);
  meter.applied(index, index, 104, 105);
  meter.placed(index, term(3), 200, 201);
  meter.settled(index, term(3), 206);
  expect(readingsOf(meter, declarations.commitDuration)).toMatchObject([{ value: { count: 0 } }]);
});

test('roles and campaigns are counted, also those that have not been', () => {
  const meter = new RoleMeter();
  meter.campaigns('leaderGone');
  for (const role of ['candidate', 'leader', 'candidate'] as const) meter.took(role);
  expect(readingsOf(meter, declarations.roleChanges)).toEqual([
    { labels: { role: 'pre-candidate' }, value: 0 },
    { labels: { role: 'candidate' }, value: 2 },
    { labels: { role: 'leader' }, value: 1 },
    { labels: { role: 'follower' }, value: 0 },
  ]);
  expect(readingsOf(meter, declarations.campaigns)).toEqual([
    { labels: { reason: 'timeout' }, value: 0 },
    { labels: { reason: 'leaderGone' }, value: 1 },
    { labels: { reason: 'transfer' }, value: 0 },
  ]);
});

test('reads are counted by how fresh they were to be', () => {
  const meter = new RequestMeter();
  meter.answered('get', 'ok', meter.began(), 'local');
  meter.answered('list', 'ok', meter.began(), 'local');
  meter.answered('get', 'TooStale', meter.began(), 'bounded');
  meter.answered('put', 'ok', meter.began());
  expect(readingsOf(meter, declarations.reads)).toEqual([
    { labels: { consistency: 'local', outcome: 'ok' }, value: 2 },
    { labels: { consistency: 'bounded', outcome: 'TooStale' }, value: 1 },
  ]);
});

test('what is logged is counted by level', () => {
  const meter = new LogMeter();
  const lines: string[] = [];
  const logger: Logger = { ...silentPorts.logger, info: (message) => lines.push(message) };
  const metered = meter.metered(logger);
  for (const message of ['became candidate', 'follows']) metered.info(message);
  metered.warn('the disk is slow');
  expect(lines).toEqual(['became candidate', 'follows']);
  expect(readingsOf(meter, declarations.logLines).map(({ value }) => value)).toEqual([2, 1, 0]);
});
