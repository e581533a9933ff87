import { beforeEach, describe, expect, test } from 'vitest';
import type { LeaderMessage, LogEntry } from '../src/index.ts';
import { EntryClock } from '../src/leader/entry-clock.ts';
import { FakeContext, senderOf } from './support/fake-context.ts';
import { LeaderFixture, noopIndex } from './support/leader-fixture.ts';

const hourMs = 3_600_000;
let context: FakeContext<LeaderMessage>;
let reachedMs: number;

beforeEach(() => {
  context = new FakeContext<LeaderMessage>('n1', 'leader');
  reachedMs = 1000;
});

const clockAfter = (timestampUs: number, logTimeMs = 0): EntryClock =>
  new EntryClock({ context, lastTime: { timestampUs, logTimeMs }, reachedMs: () => reachedMs });

describe('timestamps', () => {
  test('are the time that a quorum has reached, where the last is behind it', () => {
    const clock = clockAfter(5);
    reachedMs = 2000;
    clock.look();
    expect(clock.next().timestampUs).toBe(2_000_000);
  });

  test('rise with each entry, also of one moment', () => {
    const clock = clockAfter(5);
    clock.look();
    expect([clock.next(), clock.next(), clock.next()].map(({ timestampUs }) => timestampUs)).toEqual([
      1_000_000, 1_000_001, 1_000_002,
    ]);
  });

  test('never go back: where the time is behind the last entry, or is set back, they count on from it', () => {
    const lastUs = 3_600_000_000;
    const clock = clockAfter(lastUs);
    clock.look();
    expect(clock.next().timestampUs).toBe(lastUs + 1);
    reachedMs = -hourMs;
    clock.look();
    expect(clock.next().timestampUs).toBe(lastUs + 2);
    reachedMs = 2 * hourMs;
    clock.look();
    expect(clock.next().timestampUs).toBe(2 * hourMs * 1000);
  });

  test('count on from the last entry while nobody knows the time', () => {
    reachedMs = Number.NEGATIVE_INFINITY;
    const clock = clockAfter(5);
    clock.look();
    expect(clock.next().timestampUs).toBe(6);
  });

  test('are whole microseconds', () => {
    reachedMs = 1.0009;
    const clock = clockAfter(5);
    clock.look();
    expect(clock.next().timestampUs).toBe(1000);
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

describe('a leader', () => {
  test('gives every entry its time, the no-op too, from where its log ends', () => {
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

  test("knows the time from the voters' clocks when it takes office, and from its peers' answers then", () => {
    const context = new FakeContext<LeaderMessage>('n1', 'leader');
    const wallMs = context.wallNow();
    const reading = { askedAtMs: 0, heardAtMs: 0, incarnation: 1, clockMs: 0, wallMs: wallMs - 70 };
    const leader = new LeaderFixture({ readings: new Map([[senderOf('n2').node, reading]]) });
    leader.grant();
    const [noop] = leader.takeOne('append').entries as readonly LogEntry[];
    expect(noop?.timestampUs).toBe((wallMs - 70) * 1000);
    leader.appended(noopIndex);
    leader.matched('n3', noopIndex, 0, undefined, { reading: { ...reading, wallMs: wallMs - 30 } });
    leader.propose(1, 'a');
    const [command] = leader.takeOne('append').entries as readonly LogEntry[];
    expect(command?.timestampUs).toBe((wallMs - 30) * 1000);
  });
});
