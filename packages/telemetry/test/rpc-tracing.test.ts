import { type ReadableSpan, type Sampler, SamplingDecision } from '@opentelemetry/sdk-trace';
import { nodeId } from '@quorate/actor';
import { logIndex, type Rpc, term } from '@quorate/raft';
import { afterEach, expect, test, vi } from 'vitest';
import { EpochClock } from '../src/epoch-clock.ts';
import { OpenCommits } from '../src/open-commits.ts';
import { OtelRpcTracer } from '../src/tracing.ts';
import { tracerWithSpans } from './support/exported-spans.ts';

const identity = { cluster: 'main', group: 'config', node: 'n1' };
const peer = nodeId('n2');
const traceId = 'ab'.repeat(16);
const parent = `00-${traceId}-${'cd'.repeat(8)}-01`;

afterEach(() => {
  vi.useRealTimers();
});

function start({ heartbeatRatio = 1, sampler }: { heartbeatRatio?: number; sampler?: Sampler } = {}) {
  vi.useFakeTimers();
  const { tracer, ended } = tracerWithSpans(sampler);
  const commits = new OpenCommits();
  const campaign: { traceparent: string | null } = { traceparent: null };
  const rpcs = new OtelRpcTracer({
    tracer,
    identity,
    epoch: new EpochClock(),
    commits,
    stages: null,
    campaign,
    heartbeatRatio,
  });
  const names = (): readonly string[] =>
    ended().map(({ name, attributes }) => `${name} ${attributes['raft.sequence']}`);
  return { tracer, rpcs, ended, names, commits, campaign };
}

const append = (sequence: number, last: number | null): Rpc => ({
  peer,
  kind: 'appendEntries',
  sequence,
  last: last === null ? null : { index: logIndex(last), term: term(1) },
});
const reply = (sequence: number, matchIndex: number | null) => ({
  peer,
  kind: 'appendEntries',
  sequence,
  matchIndex: matchIndex === null ? null : logIndex(matchIndex),
});

test.each(['asker', 'asked'] as const)(
  'at the %s the span of an append is open until its entries are on disk',
  (at) => {
    const { rpcs, names } = start();
    const [began, ended] =
      at === 'asker'
        ? [(rpc: Rpc) => rpcs.requested(rpc, []), rpcs.answered.bind(rpcs)]
        : [(rpc: Rpc) => rpcs.received(rpc, parent), rpcs.replied.bind(rpcs)];
    began(append(1, 5));
    began(append(2, null));
    // The heartbeat's answer leaves while the entries are on their way to the disk.
    ended(reply(2, 4));
    expect(names()).toEqual(['raft/appendEntries 2']);
    began(append(3, null));
    ended(reply(3, 5));
    expect(names()).toEqual(['raft/appendEntries 2', 'raft/appendEntries 1', 'raft/appendEntries 3']);
  },
);

test('a refusal ends all that it answers', () => {
  const { rpcs, names } = start();
  for (const sequence of [1, 2, 3]) rpcs.requested(append(sequence, sequence), []);
  rpcs.answered(reply(2, null));
  expect(names()).toEqual(['raft/appendEntries 1', 'raft/appendEntries 2']);
});

test('what nobody answers ends with an error, though nothing more is asked', () => {
  const { rpcs, ended } = start();
  rpcs.requested(append(1, 5), []);
  vi.advanceTimersByTime(4_000);
  rpcs.requested(append(2, 6), []);
  vi.advanceTimersByTime(1_000);
  expect(ended()).toMatchObject([{ status: { message: 'no answer' } }]);
  vi.advanceTimersByTime(5_000);
  expect(ended()).toHaveLength(2);
});

test('what is open when telemetry ends is not lost', () => {
  const { rpcs, ended } = start();
  rpcs.requested(append(1, 5), []);
  rpcs.received(append(1, 5), parent);
  rpcs.stop();
  expect(ended()).toHaveLength(2);
});

test('an append is below the first commit in it, and linked from the others', () => {
  const { tracer, rpcs, ended, commits } = start();
  const contexts = [1, 2, 3].map(() => {
    const span = tracer.startSpan('raft/commit');
    const { traceId: ofTrace, spanId } = span.spanContext();
    const traceparent = `00-${ofTrace}-${spanId}-01`;
    commits.add(traceparent, span);
    return { span, traceparent };
  });
  rpcs.requested(
    append(1, 3),
    contexts.map(({ traceparent }) => traceparent),
  );
  rpcs.answered(reply(1, 3));
  for (const { span } of contexts) span.end();
  const [rpc, first, ...others] = ended() as [ReadableSpan, ReadableSpan, ...ReadableSpan[]];
  expect(rpc.parentSpanContext?.spanId).toBe(first.spanContext().spanId);
  expect(first.links).toEqual([]);
  for (const other of others) expect(other.links).toEqual([{ context: rpc.spanContext() }]);
  expect(others).toHaveLength(2);
});

test('what voters are asked is below the campaign, if one is under way', () => {
  const { rpcs, ended, campaign } = start();
  campaign.traceparent = parent;
  for (const kind of ['requestPreVote', 'requestVote', 'appendEntries']) rpcs.requested({ ...append(1, 5), kind }, []);
  campaign.traceparent = null;
  rpcs.requested({ ...append(2, null), kind: 'requestVote' }, []);
  rpcs.stop();
  const parents = ended()
    .map(({ name, parentSpanContext }) => `${name} ${parentSpanContext?.spanId ?? ''}`)
    .sort();
  const own = 'cd'.repeat(8);
  expect(parents).toEqual(
    ['raft/appendEntries ', `raft/requestPreVote ${own}`, 'raft/requestVote ', `raft/requestVote ${own}`].sort(),
  );
});

test('of the heartbeats a few are traced, and of appends all', () => {
  const { rpcs, names } = start({ heartbeatRatio: 0.1 });
  for (let sequence = 1; sequence <= 100; sequence += 1) rpcs.requested(append(sequence, null), []);
  rpcs.answered(reply(100, 0));
  expect(names()).toHaveLength(10);
  rpcs.requested(append(101, 5), []);
  rpcs.requested({ ...append(102, null), kind: 'requestVote' }, []);
  rpcs.stop();
  expect(names()).toHaveLength(12);
});

test('sampling is asked about the heartbeats that are looked at, and whoever is asked does as the asker did', () => {
  const never: Sampler = { shouldSample: () => ({ decision: SamplingDecision.NOT_RECORD }), toString: () => 'never' };
  const { rpcs, ended } = start({ sampler: never });
  expect(rpcs.requested(append(1, null), [])).toBeNull();
  rpcs.stop();
  expect(ended()).toEqual([]);
  const other = start();
  for (const given of [null, '', 'broken', `00-${'0'.repeat(32)}-${'cd'.repeat(8)}-01`]) {
    other.rpcs.received(append(1, 5), given);
  }
  other.rpcs.stop();
  expect(other.ended()).toEqual([]);
});
