import { type Span, type Tracer, trace } from '@opentelemetry/api';
import { nodeId } from '@quorate/actor';
import { logIndex, term } from '@quorate/raft';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { StageSpans } from '../src/stage-spans.ts';
import { StageRings } from '../src/stages/stage-rings.ts';

interface Made {
  readonly name: string;
  readonly parent: Span | undefined;
  readonly attributes: unknown;
  readonly beganAtMs: number;
  endedAtMs: number;
}

const made: Made[] = [];

/** Notes what is made of spans, by the monotonic clock. */
const tracer: Pick<Tracer, 'startSpan'> = {
  startSpan(name, options, context) {
    const parent = context === undefined ? undefined : trace.getSpan(context);
    const beganAtMs = Number(options?.startTime) - performance.timeOrigin;
    const one: Made = { name, parent, attributes: options?.attributes, beganAtMs, endedAtMs: Number.NaN };
    made.push(one);
    const end = (time: unknown): void => {
      one.endedAtMs = Number(time) - performance.timeOrigin;
    };
    return { end } as Span;
  },
};

const spanOf = (isRecording: boolean): Span => ({ isRecording: () => isRecording }) as Span;
const n1 = { 'raft.node': 'n1' };
const index = logIndex(5);

let rings: StageRings;
let spans: StageSpans;

beforeEach(() => {
  vi.useFakeTimers();
  made.length = 0;
  rings = new StageRings(16);
  spans = new StageSpans(tracer as Tracer, rings);
});
afterEach(() => {
  spans.stop();
  vi.useRealTimers();
});

/** A write at the leader, up to its being applied: its own flush is not over. */
function recordCommit(): void {
  rings.placed(index, term(2), 101, 103);
  rings.appended(logIndex(4), logIndex(6), term(2), 9, 104, 105);
  rings.flushBegan(9, 106);
  rings.committed(index, index, nodeId('n2'), 110);
  rings.applied(index, index, 111, 112);
  rings.settled(index, term(2), 113);
}

const rows = () =>
  made.map(({ name, beganAtMs, endedAtMs }) => [
    name,
    Math.round(beganAtMs * 10) / 10,
    Math.round(endedAtMs * 10) / 10,
  ]);

test('the stages of a commit are spans below it, as soon as its own flush is over', () => {
  const commit = spanOf(true);
  recordCommit();
  spans.add(commit, index, true, n1);
  vi.advanceTimersByTime(250);
  expect(made).toEqual([]);
  rings.flushEnded(9, 140);
  vi.advanceTimersByTime(100);
  expect(rows()).toEqual([
    ['raft/batch', 101, 103],
    ['raft/quorum', 105, 110],
    ['raft/apply', 111, 112],
    ['raft/append', 104, 105],
    ['raft/flush', 106, 140],
  ]);
  for (const { parent, attributes } of made) {
    expect(parent).toBe(commit);
    expect(attributes).toMatchObject({ 'raft.node': 'n1', 'raft.index': 5 });
  }
  expect(made[1]?.attributes).toMatchObject({ 'raft.completed_by': 'n2' });
  expect(made[4]?.attributes).toMatchObject({ 'raft.batch_size': 3 });
  vi.advanceTimersByTime(5_000);
  expect(made).toHaveLength(5);
});

test('at a follower they are the append and the flush', () => {
  const served = spanOf(true);
  rings.appended(index, index, term(2), 9, 104, 105);
  rings.flushBegan(9, 106);
  rings.flushEnded(9, 108);
  spans.add(served, index, false, n1);
  vi.advanceTimersByTime(100);
  expect(rows()).toEqual([
    ['raft/append', 104, 105],
    ['raft/flush', 106, 108],
  ]);
  expect(made.every(({ parent }) => parent === served)).toBe(true);
});

test('a flush that never ends is left out, after a while, and the rest is not', () => {
  recordCommit();
  spans.add(spanOf(true), index, true, n1);
  vi.advanceTimersByTime(2_000);
  expect(made.map(({ name }) => name)).toEqual(['raft/batch', 'raft/quorum', 'raft/apply', 'raft/append']);
});

test('what is not sampled, or is forgotten, has none', () => {
  recordCommit();
  spans.add(spanOf(false), index, true, n1);
  spans.add(spanOf(true), logIndex(77), true, n1);
  vi.advanceTimersByTime(2_000);
  expect(made).toEqual([]);
});

test('what still waits when telemetry ends is made then', () => {
  recordCommit();
  spans.add(spanOf(true), index, true, n1);
  spans.stop();
  expect(made).toHaveLength(4);
});

test('of very many a bounded number waits', () => {
  for (let count = 0; count < 5_000; count += 1) spans.add(spanOf(true), index, true, n1);
  recordCommit();
  spans.stop();
  expect(made).toHaveLength(4 * 4_096);
});
