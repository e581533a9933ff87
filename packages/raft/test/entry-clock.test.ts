import { beforeEach, describe, expect, test } from 'vitest';
import type { LeaderMessage, LogEntry } from '../src/index.ts';
import { EntryClock } from '../src/leader/entry-clock.ts';
import { FakeContext } from './support/fake-context.ts';
import { LeaderFixture, noopIndex } from './support/leader-fixture.ts';

const hourMs = 3_600_000;
let context: FakeContext<LeaderMessage>;

beforeEach(() => {
  context = new FakeContext<LeaderMessage>('n1', 'leader');
});

const clockAfter = (timestampUs: number, logTimeMs = 0): EntryClock =>
  new EntryClock({ context, lastTime: { timestampUs, logTimeMs } });

describe('timestamps', () => {
  test('are real time, where the last is behind it', () => {
    const clock = clockAfter(5);
    context.nowMs += 20;
    expect(clock.next().timestampUs).toBe(context.wallNow() * 1000);
  });

  test('rise with each entry, also of one moment', () => {
    const clock = clockAfter(5);
    const first = clock.next().timestampUs;
    expect([clock.next().timestampUs, clock.next().timestampUs]).toEqual([first + 1, first + 2]);
  });

  test('never go back: a clock that is behind the last entry, or jumps back, counts on from it', () => {
    const lastUs = (context.wallNow() + hourMs) * 1000;
    const clock = clockAfter(lastUs);
    expect(clock.next().timestampUs).toBe(lastUs + 1);
    context.wallAheadMs -= 2 * hourMs;
    expect(clock.next().timestampUs).toBe(lastUs + 2);
    context.wallAheadMs += 4 * hourMs;
    expect(clock.next().timestampUs).toBe(context.wallNow() * 1000);
  });

  test('are whole microseconds', () => {
    context.wallAheadMs += 0.123456;
    expect(clockAfter(5).next().timestampUs).toBe(context.wallAheadMs * 1000 - 0.456);
  });
});

describe('log time', () => {
  test('goes on from the last entry, by the monotonic clock of whoever is in office', () => {
    const clock = clockAfter(5, 1000);
    expect(clock.next().logTimeMs).toBe(1000);
    context.nowMs += 250.7;
    expect(clock.next().logTimeMs).toBe(1250);
  });

  test('has nothing to do with the wall clock', () => {
    const clock = clockAfter(5, 1000);
    context.wallAheadMs += hourMs;
    expect(clock.next().logTimeMs).toBe(1000);
    context.wallAheadMs -= 2 * hourMs;
    expect(clock.next().logTimeMs).toBe(1000);
  });
});

test('a leader gives every entry its time, the no-op too, from where its log ends', () => {
  const leader = new LeaderFixture();
  const lastTime = { timestampUs: (leader.context.wallNow() + hourMs) * 1000, logTimeMs: 500 };
  leader.grant(undefined, undefined, undefined, lastTime);
  const [noop] = leader.takeOne('append').entries as readonly LogEntry[];
  expect(noop).toMatchObject({ kind: 'noop', timestampUs: lastTime.timestampUs + 1, logTimeMs: 500 });
  leader.context.nowMs += 40;
  leader.propose(1, 'a');
  leader.propose(2, 'b');
  leader.appended(noopIndex);
  const commands = leader.takeOne('append').entries as readonly LogEntry[];
  expect(commands.map(({ timestampUs }) => timestampUs - lastTime.timestampUs)).toEqual([2, 3]);
  expect(commands.map(({ logTimeMs }) => logTimeMs)).toEqual([540, 540]);
});
