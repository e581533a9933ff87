import { afterEach, expect, test, vi } from 'vitest';
import { EpochClock } from '../src/epoch-clock.ts';
import { KeepingSampler, samplerOf } from '../src/keeping-sampler.ts';
import { OtelReadTracer } from '../src/read-tracing.ts';
import { tracerWithSpans } from './support/exported-spans.ts';

const identity = { cluster: 'main', group: 'config', node: 'n1' };
const traceId = 'ab'.repeat(16);
const parent = `00-${traceId}-${'cd'.repeat(8)}`;

afterEach(() => {
  vi.useRealTimers();
});

function start(environment: NodeJS.ProcessEnv = {}) {
  vi.useFakeTimers();
  const { tracer, ended } = tracerWithSpans(new KeepingSampler(samplerOf(environment)));
  const reads = new OtelReadTracer({ tracer, identity, epoch: new EpochClock() });
  /** A read that waits 3 ms for its index, and 2 ms for the applier. */
  const read = (outcome = 'ok', given: string | null = `${parent}-01`) => {
    const span = reads.start('linearizable', given);
    vi.advanceTimersByTime(3);
    span.indexKnown('lease');
    span.queried();
    vi.advanceTimersByTime(2);
    // Asked again, as the first question may be lost.
    span.queried();
    span.end(outcome);
    return span;
  };
  return { reads, read, ended };
}

test('a read is a span in the trace of its caller, with what it waited for below it', () => {
  const { read, ended } = start();
  const { traceparent } = read();
  const [index, query, whole, ...others] = ended();
  expect(others).toEqual([]);
  expect(whole).toMatchObject({
    name: 'raft/read',
    parentSpanContext: { spanId: 'cd'.repeat(8) },
    attributes: {
      'raft.node': 'n1',
      'raft.consistency': 'linearizable',
      'raft.index_source': 'lease',
      'raft.outcome': 'ok',
      'raft.stage.index_ms': 3,
      'raft.stage.query_ms': 2,
    },
  });
  expect(traceparent).toBe(`00-${traceId}-${whole?.spanContext().spanId}-01`);
  for (const [name, span] of [
    ['raft/index', index],
    ['raft/query', query],
  ] as const) {
    expect(span).toMatchObject({ name, parentSpanContext: { spanId: whole?.spanContext().spanId } });
  }
  expect([index, query, whole].map((span) => span?.duration[1])).toEqual([3e6, 2e6, 5e6]);
});

test('what is not sampled is not there, unless it failed, and then ten times in a second', () => {
  const { read, ended } = start({ OTEL_TRACES_SAMPLER: 'always_off' });
  expect(read().traceparent).toBeNull();
  expect(ended()).toEqual([]);
  for (let times = 0; times < 20; times += 1) read('Timeout');
  const whole = ended().filter(({ name }) => name === 'raft/read');
  expect(whole).toHaveLength(10);
  expect(whole[0]).toMatchObject({
    attributes: { 'raft.kept': 'error', 'raft.outcome': 'Timeout' },
    status: { message: 'Timeout' },
  });
});

test('one that no leader answered says so: it waited for its index to the end', () => {
  const { reads, ended } = start();
  const span = reads.start('readIndex', null);
  vi.advanceTimersByTime(9);
  span.end('NoLeader');
  expect(ended().map(({ name, attributes }) => [name, attributes['raft.stage.index_ms']])).toEqual([
    ['raft/index', undefined],
    ['raft/read', 9],
  ]);
});
