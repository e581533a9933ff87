import { beforeEach, describe, expect, test } from 'vitest';
import type { Configuration, LeaderMessage } from '../src/index.ts';
import { GroupClock } from '../src/leader/group-clock.ts';
import { votersOf } from './support/entries.ts';
import { FakeContext, senderOf } from './support/fake-context.ts';
import { members } from './support/members.ts';

const hourMs = 3_600_000;
const three = votersOf('n1', 'n2', 'n3');
const five = votersOf('n1', 'n2', 'n3', 'n4', 'n5');

let context: FakeContext<LeaderMessage>;
let clock: GroupClock;

beforeEach(() => {
  context = new FakeContext<LeaderMessage>('n1', 'leader');
  clock = new GroupClock({ context, self: senderOf('n1').node });
});

/** A peer whose clock is ahead of real time answers at once. */
function answers(peer: string, aheadMs: number, roundTripMs = 0): void {
  const heardAtMs = context.now();
  const askedAtMs = heardAtMs - roundTripMs;
  const wallMs = realMs() - roundTripMs / 2 + aheadMs;
  clock.observe(senderOf(peer).node, { askedAtMs, heardAtMs, incarnation: 1, clockMs: 0, wallMs });
}

const realMs = (): number => 1_700_000_000_000 + context.now();
const reachedAhead = (configuration: Configuration): number => clock.reachedMs(configuration) - realMs();
const offset = (member: string, configuration: Configuration = three) =>
  clock.offsetOf(senderOf(member).node, configuration);

describe('the time of a group', () => {
  test('of one is its own', () => {
    expect(reachedAhead(votersOf('n1'))).toBe(0);
    context.wallAheadMs += hourMs;
    expect(reachedAhead(votersOf('n1'))).toBe(hourMs);
  });

  test('is not known without a quorum', () => {
    expect(clock.reachedMs(three)).toBe(Number.NEGATIVE_INFINITY);
    answers('n2', 0);
    expect(reachedAhead(three)).toBe(0);
    expect(clock.reachedMs(five)).toBe(Number.NEGATIVE_INFINITY);
  });

  test.each([
    ['the leader is ahead', [hourMs, 3, -2], 3],
    ['the leader is behind', [-hourMs, 3, -2], -2],
    ['a peer is ahead', [1, 2, hourMs], 2],
    ['a peer is behind', [1, 2, -hourMs], 1],
    ['two of five are ahead', [hourMs, hourMs, 1, 2, 3], 3],
    ['two of five are behind', [-hourMs, -hourMs, 1, 2, 3], 1],
    ['one of five is ahead and one behind', [-hourMs, hourMs, 1, 2, 3], 2],
  ])('is that of a right clock, though %s', (_, [own = 0, ...others], expected) => {
    context.wallAheadMs += own;
    for (const [at, aheadMs] of others.entries()) answers(`n${at + 2}`, aheadMs);
    expect(reachedAhead(others.length === 2 ? three : five)).toBe(expected);
  });

  test('is the least of a quorum while no more is known: nobody knows which of two is right', () => {
    answers('n2', hourMs);
    expect(reachedAhead(three)).toBe(0);
    context.wallAheadMs += 2 * hourMs;
    expect(reachedAhead(three)).toBe(hourMs);
    answers('n3', 5);
    expect(reachedAhead(three)).toBe(hourMs);
    answers('n2', 0);
    context.nowMs += 1500;
    answers('n2', 0);
    expect(reachedAhead(three)).toBe(5);
  });

  test('claims no more than a clock had reached when its answer left', () => {
    answers('n2', 0, 40);
    answers('n3', 0, 40);
    expect(reachedAhead(three)).toBe(-20);
  });

  test("goes on by the leader's monotonic clock, and does not follow a jump of its wall clock", () => {
    answers('n2', 4);
    answers('n3', 2);
    context.nowMs += 700;
    context.wallAheadMs += hourMs;
    expect(reachedAhead(three)).toBe(4);
    context.wallAheadMs -= 2 * hourMs;
    expect(reachedAhead(three)).toBe(2);
  });

  test('is what both sets of voters have reached while they change', () => {
    const joint = members({ voters: ['n1', 'n4', 'n5'], outgoing: ['n1', 'n2', 'n3'] });
    answers('n2', 9);
    answers('n3', 9);
    expect(clock.reachedMs(joint)).toBe(Number.NEGATIVE_INFINITY);
    answers('n4', 4);
    answers('n5', 5);
    expect(reachedAhead(joint)).toBe(4);
  });
});

describe("a member's offset", () => {
  test('is that from the time of the group, also of the leader itself, within half a round trip', () => {
    context.wallAheadMs += hourMs;
    answers('n2', 10, 6);
    answers('n3', -20, 8);
    expect(offset('n1')).toEqual({ offsetMs: hourMs - 10, uncertaintyMs: 0 });
    expect(offset('n2')).toEqual({ offsetMs: 0, uncertaintyMs: 3 });
    expect(offset('n3')).toEqual({ offsetMs: -30, uncertaintyMs: 4 });
  });

  test('is not known before it has answered, nor while nobody knows the time', () => {
    expect(offset('n2')).toBeNull();
    expect(offset('n1')).toBeNull();
    answers('n2', 0);
    expect(offset('n3')).toBeNull();
    expect(offset('n1')).toEqual({ offsetMs: 0, uncertaintyMs: 0 });
  });
});
