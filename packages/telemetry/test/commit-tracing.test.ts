import { nodeId } from '@quorate/actor';
import { logIndex, term } from '@quorate/raft';
import { afterEach, expect, test, vi } from 'vitest';
import { OtelCommitTracer } from '../src/commit-tracing.ts';
import { EpochClock } from '../src/epoch-clock.ts';
import { KeepingSampler, samplerOf } from '../src/keeping-sampler.ts';
import { OpenCommits } from '../src/open-commits.ts';
import { SlowCommits } from '../src/slow-commits.ts';
import { noSpans } from '../src/span-counts.ts';
import { StageSpans } from '../src/stage-spans.ts';
import { StageRings } from '../src/stages/stage-rings.ts';
import { tracerWithSpans } from './support/exported-spans.ts';

const identity = { cluster: 'main', group: 'config', node: 'n1' };
const traceId = 'ab'.repeat(16);
const parent = `00-${traceId}-${'cd'.repeat(8)}`;

afterEach(() => {
  vi.useRealTimers();
});

/** A tracer of commits under a sampler, with what it exports. */
function start(environment: NodeJS.ProcessEnv, thresholdMs: number | null = 100) {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
  const { tracer, ended } = tracerWithSpans(new KeepingSampler(samplerOf(environment)));
  const rings = new StageRings(64);
  const stages = new StageSpans(tracer, rings, noSpans());
  const slow = new SlowCommits(thresholdMs);
  const epoch = new EpochClock();
  const commits = new OtelCommitTracer({ tracer, identity, epoch, commits: new OpenCommits(), stages, slow });
  const spans = () => {
    vi.advanceTimersByTime(2_000);
    return ended();
  };
  /** A commit at `index` that takes so long. */
  const commit = (
    index: number,
    tookMs: number,
    outcome: 'applied' | 'unknown' = 'applied',
    given = `${parent}-00`,
  ) => {
    const span = commits.start(given);
    const at = logIndex(index);
    const nowMs = performance.now();
    span.appended(at, term(3));
    rings.placed(at, term(3), nowMs, nowMs + 1);
    rings.appended(at, at, term(3), index, nowMs + 1, nowMs + 2);
    rings.flushBegan(index, nowMs + 3);
    rings.sent(nodeId('n2'), at, at, nowMs + 3);
    rings.flushEnded(index, nowMs + 4);
    rings.acknowledged(nodeId('n2'), at, nowMs + 5);
    rings.committed(at, at, nodeId('n2'), nowMs + 6);
    vi.advanceTimersByTime(tookMs);
    span.committed();
    span.end(outcome);
    rings.settled(at, term(3), performance.now());
    return span;
  };
  return { commit, spans };
}

test('a slow commit that is not sampled is kept, with its stages and what the leader saw of its peers', () => {
  const { commit, spans } = start({ OTEL_TRACES_SAMPLER: 'always_off' });
  commit(5, 50);
  const span = commit(6, 150);
  // Nobody else is told to record what is part of it: whether it is kept is known too late.
  expect(span.traceparent).toBeNull();
  const all = spans();
  const kept = all.find(({ name }) => name === 'raft/commit');
  const below = all.filter((one) => one !== kept);
  expect(kept).toMatchObject({
    name: 'raft/commit',
    attributes: { 'raft.kept': 'slow', 'raft.index': 6, 'raft.term': 3, 'raft.outcome': 'applied', 'raft.node': 'n1' },
  });
  expect(kept?.spanContext().traceId).toBe(traceId);
  expect(below.map(({ name }) => name)).toEqual([
    ...['raft/appendEntries', 'raft/append', 'raft/flush', 'raft/batch', 'raft/quorum'],
  ]);
  for (const { parentSpanContext, attributes } of below) {
    expect(parentSpanContext?.spanId).toBe(kept?.spanContext().spanId);
    expect(attributes).toMatchObject({ 'raft.kept': 'slow', 'raft.index': 6 });
  }
  const [seconds = 0, nanoseconds = 0] = kept?.duration ?? [];
  expect(seconds * 1e3 + nanoseconds / 1e6).toBeCloseTo(150, 1);
});

test('one that has failed is kept, however fast it was', () => {
  const { commit, spans } = start({ OTEL_TRACES_SAMPLER: 'traceidratio', OTEL_TRACES_SAMPLER_ARG: '0' });
  commit(5, 1, 'unknown');
  expect(spans()).toMatchObject([
    {
      name: 'raft/commit',
      attributes: { 'raft.kept': 'error', 'raft.outcome': 'unknown' },
      status: { message: 'unknown' },
    },
  ]);
});

test('one that is sampled is there once, and is not said to be kept', () => {
  const { commit, spans } = start({});
  const span = commit(5, 150, 'applied', `${parent}-01`);
  expect(span.traceparent).toMatch(new RegExp(`^00-${traceId}-[0-9a-f]{16}-01$`));
  const names = spans().map(({ name }) => name);
  expect(names).toEqual(['raft/append', 'raft/flush', 'raft/batch', 'raft/quorum', 'raft/commit']);
  expect(spans().filter(({ attributes }) => 'raft.kept' in attributes)).toEqual([]);
});

test('where all are slow ten in a second are kept', () => {
  const { commit, spans } = start({ OTEL_TRACES_SAMPLER: 'always_off' }, 1);
  for (let index = 1; index <= 100; index += 1) commit(index, 4);
  const isCommit = ({ name }: { readonly name: string }): boolean => name === 'raft/commit';
  expect(spans().filter(isCommit)).toHaveLength(10);
  vi.advanceTimersByTime(1_000);
  commit(101, 4);
  expect(spans().filter(isCommit)).toHaveLength(11);
});

test('those that failed have a second of their own, however many were slow', () => {
  const { commit, spans } = start({ OTEL_TRACES_SAMPLER: 'always_off' }, 1);
  for (let index = 1; index <= 20; index += 1) commit(index, 4);
  commit(21, 4, 'unknown');
  const reasons = spans().flatMap(({ name, attributes }) => (name === 'raft/commit' ? [attributes['raft.kept']] : []));
  expect(reasons.filter((reason) => reason === 'slow')).toHaveLength(10);
  expect(reasons.filter((reason) => reason === 'error')).toHaveLength(1);
});

test('without a threshold one is slow that takes ten times as long as is usual', () => {
  const slow = new SlowCommits(null);
  const usual = (): readonly boolean[] => Array.from({ length: 500 }, (_, at) => slow.isSlow(4 + (at % 5)));
  expect(slow.isSlow(5_000)).toBe(false);
  expect(usual()).not.toContain(true);
  expect(slow.isSlow(50)).toBe(false);
  expect(slow.isSlow(90)).toBe(true);
  // What is usual changes, and is then not slow.
  for (let count = 0; count < 1_000; count += 1) slow.isSlow(90);
  expect(slow.isSlow(90)).toBe(false);
});

test.each([
  [{}, 'ParentBased{root=AlwaysOnSampler'],
  [{ OTEL_TRACES_SAMPLER: 'always_on' }, 'AlwaysOnSampler'],
  [{ OTEL_TRACES_SAMPLER: 'always_off' }, 'AlwaysOffSampler'],
  [{ OTEL_TRACES_SAMPLER: 'parentbased_always_off' }, 'ParentBased{root=AlwaysOffSampler'],
  [{ OTEL_TRACES_SAMPLER: 'traceidratio', OTEL_TRACES_SAMPLER_ARG: '0.25' }, 'TraceIdRatioBased{0.25}'],
  [
    { OTEL_TRACES_SAMPLER: 'parentbased_traceidratio', OTEL_TRACES_SAMPLER_ARG: '0' },
    'ParentBased{root=TraceIdRatioBased{0}',
  ],
  [{ OTEL_TRACES_SAMPLER: 'traceidratio', OTEL_TRACES_SAMPLER_ARG: '7' }, 'TraceIdRatioBased{1}'],
  [{ OTEL_TRACES_SAMPLER: 'traceidratio', OTEL_TRACES_SAMPLER_ARG: '-1' }, 'TraceIdRatioBased{1}'],
  [{ OTEL_TRACES_SAMPLER: 'traceidratio', OTEL_TRACES_SAMPLER_ARG: ' ' }, 'TraceIdRatioBased{1}'],
  [{ OTEL_TRACES_SAMPLER: 'none such' }, 'ParentBased{root=AlwaysOnSampler'],
])('the standard variables choose the sampler of all others: %o', (environment, text) => {
  expect(new KeepingSampler(samplerOf(environment)).toString()).toContain(`KeepingSampler{${text}`);
});
