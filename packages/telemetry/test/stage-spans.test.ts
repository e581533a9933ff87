import { type Span, SpanKind } from '@opentelemetry/api';
import { AlwaysOffSampler, type ReadableSpan } from '@opentelemetry/sdk-trace';
import { nodeId } from '@quorate/actor';
import { type LogIndex, logIndex, term } from '@quorate/raft';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { noSpans, type SpanCounts } from '../src/span-counts.ts';
import { StageSpans } from '../src/stage-spans.ts';
import { StageRings } from '../src/stages/stage-rings.ts';
import { rowOf, tracerWithSpans } from './support/exported-spans.ts';

/** What the spans' times have beside the times of the rings. */
const offsetMs = 1_700_000_000_000;
const attributes = { 'raft.node': 'n1' };
const index = logIndex(5);
/** Of the span of a commit. */
const times = { beganAtMs: 101, endedAtMs: 113 };

let rings: StageRings;
let counts: SpanCounts;
let spans: StageSpans;
let exported: ReturnType<typeof tracerWithSpans>;

beforeEach(() => {
  vi.useFakeTimers();
  exported = tracerWithSpans();
  rings = new StageRings(16);
  counts = noSpans();
  spans = new StageSpans(exported.tracer, rings, counts);
});
afterEach(() => {
  spans.stop();
  vi.useRealTimers();
});

/** A write at the leader, up to its being applied: its own flush is not over. */
function recordCommit(at: LogIndex = index): void {
  rings.answered(at, term(2), 95, 98, 114);
  rings.placed(at, term(2), 101, 103);
  rings.settled(at, term(2), 113);
}

function recordBatch(): void {
  rings.appended(logIndex(4), logIndex(6), term(2), 9, 104, 105);
  rings.flushBegan(9, 106);
  rings.committed(logIndex(4), logIndex(6), nodeId('n2'), 110);
  rings.applied(logIndex(4), logIndex(6), 111, 112);
}

/** The span of a commit that waits for its stages from now on. */
function addCommit(at: LogIndex = index, inTerm = term(2)): Span {
  const span = exported.tracer.startSpan('raft/commit', { startTime: offsetMs + 101 });
  const end = (): void => span.end(offsetMs + 113);
  expect(spans.addCommit({ span, times, index: at, term: inTerm, offsetMs, attributes, end })).toBe(true);
  return span;
}

const below = (span: Span): readonly ReadableSpan[] =>
  exported.ended().filter(({ parentSpanContext }) => parentSpanContext?.spanId === span.spanContext().spanId);
const ofSpan = (span: Span): ReadableSpan | undefined =>
  exported.ended().find((one) => one.spanContext().spanId === span.spanContext().spanId);

test('the stages of a commit are spans below it, as soon as its own flush is over', () => {
  recordCommit();
  recordBatch();
  const commit = addCommit();
  vi.advanceTimersByTime(250);
  expect(exported.ended()).toEqual([]);
  rings.flushEnded(9, 140);
  vi.advanceTimersByTime(100);
  expect(below(commit).map((span) => rowOf(span, offsetMs))).toEqual([
    ['raft/append', 104, 105],
    ['raft/flush', 106, 140],
    ['raft/batch', 101, 103],
    ['raft/quorum', 105, 110],
    ['raft/apply', 111, 112],
  ]);
  for (const span of below(commit)) expect(span.attributes).toMatchObject({ 'raft.node': 'n1', 'raft.index': 5 });
  expect(below(commit)[3]?.attributes).toMatchObject({ 'raft.completed_by': 'n2' });
  expect(below(commit)[1]?.attributes).toMatchObject({ 'raft.batch_size': 3 });
  vi.advanceTimersByTime(5_000);
  expect(exported.ended()).toHaveLength(6);
});

test('the span itself says where the time went: its own stages add up to it, and those before it are known too', () => {
  recordCommit();
  recordBatch();
  rings.flushEnded(9, 109);
  const commit = addCommit();
  vi.advanceTimersByTime(100);
  const said = ofSpan(commit)?.attributes ?? {};
  expect(said).toEqual({
    'raft.stage.gateway_ms': 3,
    'raft.stage.mailbox_ms': 3,
    'raft.stage.batch_ms': 2,
    'raft.stage.append_ms': 2,
    'raft.stage.quorum_ms': 5,
    'raft.stage.apply_wait_ms': 1,
    'raft.stage.apply_ms': 1,
    'raft.stage.answer_ms': 1,
    'raft.batch_size': 3,
    'raft.completed_by': 'n2',
  });
});

test('what writes of a batch have in common is made once, below the first, and linked from the others', () => {
  const indexes = [4, 5, 6].map((at) => logIndex(at));
  for (const at of indexes) recordCommit(at);
  recordBatch();
  rings.flushEnded(9, 109);
  const [first, ...others] = indexes.map((at) => addCommit(at));
  if (first === undefined) throw new Error('there is none');
  vi.advanceTimersByTime(100);
  const shared = below(first).filter(({ name }) => name !== 'raft/batch');
  expect(shared.map(({ name }) => name)).toEqual(['raft/append', 'raft/flush', 'raft/quorum', 'raft/apply']);
  for (const other of others) {
    expect(below(other)).toEqual([]);
    const links = ofSpan(other)?.links.map(({ context }) => context.spanId);
    expect(links).toEqual(shared.map((span) => span.spanContext().spanId));
    expect(ofSpan(other)?.attributes).toMatchObject({ 'raft.stage.batch_ms': 2, 'raft.stage.quorum_ms': 5 });
  }
  expect(exported.ended()).toHaveLength(3 + 5);
});

/** An append at a follower, whose span began then. */
function addAppend(beganAtMs: number, inTerm = term(2)): Span {
  const span = exported.tracer.startSpan('raft/appendEntries', { startTime: offsetMs + beganAtMs });
  spans.addAppend({ span, last: { index, term: inTerm }, beganAtMs, offsetMs, attributes });
  span.end(offsetMs + 130);
  return span;
}

test('at a follower they are the append, the flush, and the apply, which comes when it hears that the entry is committed', () => {
  rings.appended(index, index, term(2), 9, 104, 105);
  rings.flushBegan(9, 106);
  rings.flushEnded(9, 108);
  const served = addAppend(104);
  vi.advanceTimersByTime(100);
  expect(below(served)).toEqual([]);
  rings.applied(index, index, 150, 152);
  vi.advanceTimersByTime(100);
  expect(below(served).map((span) => rowOf(span, offsetMs))).toEqual([
    ['raft/append', 104, 105],
    ['raft/flush', 106, 108],
    ['raft/apply', 150, 152],
  ]);
});

test('an append that brought nothing new, or brought what another entry has replaced since, has none', () => {
  rings.appended(index, index, term(2), 9, 104, 105);
  rings.flushBegan(9, 106);
  rings.flushEnded(9, 108);
  const again = addAppend(110);
  const replaced = addAppend(90, term(1));
  vi.advanceTimersByTime(2_000);
  expect([...below(again), ...below(replaced)]).toEqual([]);
});

test('a flush that never ends is left out, after a while, and the rest is not', () => {
  recordCommit();
  recordBatch();
  const commit = addCommit();
  vi.advanceTimersByTime(2_000);
  const names = ['raft/append', 'raft/batch', 'raft/quorum', 'raft/apply'];
  expect(below(commit).map(({ name }) => name)).toEqual(names);
});

test('what is not sampled has none, and what is forgotten, or another entry by now, ends without', () => {
  recordCommit();
  recordBatch();
  const unsampled = tracerWithSpans(new AlwaysOffSampler()).tracer.startSpan('raft/commit');
  const commit = { span: unsampled, times, index, term: term(2), offsetMs, attributes, end: () => {} };
  expect(spans.addCommit(commit)).toBe(false);
  addCommit(logIndex(77));
  addCommit(index, term(1));
  vi.advanceTimersByTime(2_000);
  expect(exported.ended().map(({ name }) => name)).toEqual(['raft/commit', 'raft/commit']);
});

test('of a commit that is kept though nothing is sampled, the peers are asked, and what they did is below what was sent to them', async () => {
  recordCommit();
  recordBatch();
  rings.flushEnded(9, 109);
  for (const [peer, heardAtMs] of [
    ['n2', 110],
    ['n3', 112],
  ] as const) {
    rings.sent(nodeId(peer), logIndex(4), logIndex(6), 106);
    rings.acknowledged(nodeId(peer), logIndex(6), heardAtMs);
  }
  // The clock of n2 is 5,000 ms ahead; n3 has forgotten.
  const log = {
    receivedAtMs: 5_107,
    appendedAtMs: 5_107.5,
    batchEntries: 3,
    flushBeganAtMs: 5_108,
    flushEndedAtMs: 5_108.5,
    repliedAtMs: 5_109,
  };
  const asked: unknown[] = [];
  spans.askPeersBy(async (...question) => {
    asked.push(question);
    return question[0] === 'n2' ? { log, applier: { beganAtMs: 5_120, appliedAtMs: 5_121 } } : null;
  });
  const kept = { ...attributes, 'raft.kept': 'slow' };
  const commit = exported.tracer.startSpan('raft/commit', { startTime: offsetMs + 101 });
  spans.addCommit({ span: commit, times, index, term: term(2), offsetMs, attributes: kept, end: () => commit.end() });
  await vi.advanceTimersByTimeAsync(100);
  expect(asked).toEqual([
    ['n2', 5, 2],
    ['n3', 5, 2],
  ]);
  const rowsBelow = (span: ReadableSpan | Span | undefined) =>
    exported
      .ended()
      .filter(({ parentSpanContext }) => parentSpanContext?.spanId === span?.spanContext().spanId)
      .map((one) => [...rowOf(one, offsetMs), one.attributes['raft.node'], one.attributes['raft.peer']]);
  expect(rowsBelow(commit).filter(([name]) => name === 'raft/appendEntries')).toEqual([
    ['raft/appendEntries', 106, 110, 'n1', 'n2'],
    ['raft/appendEntries', 106, 112, 'n1', 'n3'],
  ]);
  const [client] = below(commit).filter(({ attributes: { 'raft.peer': peer } }) => peer === 'n2');
  expect(rowsBelow(client)).toEqual([['raft/appendEntries', 107, 109, 'n2', 'n1']]);
  const server = exported
    .ended()
    .find(({ parentSpanContext }) => parentSpanContext?.spanId === client?.spanContext().spanId);
  expect(rowsBelow(server)).toEqual([
    ['raft/append', 107, 107.5, 'n2', undefined],
    ['raft/flush', 108, 108.5, 'n2', undefined],
    ['raft/apply', 120, 121, 'n2', undefined],
  ]);
  expect([client?.kind, server?.kind]).toEqual([SpanKind.CLIENT, SpanKind.SERVER]);
});

test('what still waits when telemetry ends is made then', () => {
  recordCommit();
  recordBatch();
  const commit = addCommit();
  spans.stop();
  expect(below(commit)).toHaveLength(4);
  expect(ofSpan(commit)).toBeDefined();
});

test('of very many a bounded number waits, those that go without are counted, and no turn takes them all', () => {
  const end = vi.fn();
  const span = exported.tracer.startSpan('raft/commit');
  const add = (): boolean => spans.addCommit({ span, times, index, term: term(2), offsetMs, attributes, end });
  for (let count = 0; count < 16_384; count += 1) expect(add()).toBe(true);
  expect(add()).toBe(false);
  expect(counts.withoutStages).toBe(1);
  expect(spans.queue).toEqual({ queue: 'stages', length: 16_384, limit: 16_384 });
  vi.advanceTimersToNextTimer();
  expect(end).toHaveBeenCalledTimes(64);
  vi.advanceTimersByTime(5_000);
  expect(end).toHaveBeenCalledTimes(16_384);
});
