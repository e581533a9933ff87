import { beforeEach, describe, expect, test } from 'vitest';
import { defaultRaftSettings, type LeaderMessage, type LogFields } from '../src/index.ts';
import { ClockAlarms } from '../src/leader/clock-alarms.ts';
import { GroupClock } from '../src/leader/group-clock.ts';
import { votersOf } from './support/entries.ts';
import { FakeContext, senderOf } from './support/fake-context.ts';
import { members } from './support/members.ts';

const three = votersOf('n1', 'n2', 'n3');
const peers = ['n2', 'n3'];

let context: FakeContext<LeaderMessage>;
let alarms: ClockAlarms;
let clock: GroupClock;
let logged: { readonly message: string; readonly fields: LogFields }[];
/** How far each wall clock is ahead of real time, and how fast each monotonic clock runs. */
let aheadMs: Record<string, number>;
let rates: Record<string, number>;
let clocksMs: Record<string, number>;

beforeEach(() => {
  context = new FakeContext<LeaderMessage>('n1', 'leader');
  clock = new GroupClock({ context, self: senderOf('n1').node });
  logged = [];
  const log = (message: string, fields: LogFields = {}): void => void logged.push({ message, fields });
  const logger = { info: log, warn: log, error: log };
  alarms = new ClockAlarms({ self: senderOf('n1').node, clock, settings: defaultRaftSettings, logger });
  aheadMs = {};
  rates = {};
  clocksMs = {};
});

/** Time passes; the peers that are named answer each heartbeat after a round trip. */
function pass(forMs: number, answering: readonly string[] = peers, roundTripMs = 2, configuration = three): void {
  for (let passedMs = 0; passedMs < forMs; passedMs += 50) {
    context.nowMs += 50;
    for (const id of peers) clocksMs[id] = (clocksMs[id] ?? 0) + 50 * (rates[id] ?? 1);
    for (const id of answering) {
      const wallMs = 1_700_000_000_000 + context.nowMs - roundTripMs / 2 + (aheadMs[id] ?? 0);
      const times = { askedAtMs: context.nowMs - roundTripMs, heardAtMs: context.nowMs };
      clock.observe(senderOf(id).node, { ...times, incarnation: 1, clockMs: clocksMs[id] ?? 0, wallMs });
    }
    alarms.tick(configuration, context.nowMs);
  }
}

const describeOf = (id: string) => alarms.describe(senderOf(id).node, three, context.nowMs);
const messages = (): readonly string[] => logged.map(({ message }) => message);

describe('a wall clock', () => {
  test('that is right raises nothing', () => {
    pass(20_000);
    expect(logged).toEqual([]);
    for (const id of ['n1', ...peers]) expect(describeOf(id)).toMatchObject({ isOff: false, isDrifting: false });
  });

  test('that is off raises an alarm, once, until it is right again', () => {
    aheadMs = { n2: -600 };
    pass(1000);
    expect(logged).toEqual([
      {
        message: 'the wall clock of a member is off',
        fields: expect.objectContaining({ member: 'n2', offsetMs: -600 }),
      },
    ]);
    expect(describeOf('n2')).toMatchObject({ offsetMs: -600, uncertaintyMs: 1, isOff: true });
    aheadMs = {};
    pass(1500);
    expect(messages().slice(1)).toEqual(['the wall clock of a member is right again']);
    expect(describeOf('n2')?.isOff).toBe(false);
  });

  test("of the leader is found to be off by the others', and they are not", () => {
    context.wallAheadMs += 3_600_000;
    pass(100);
    expect(logged.map(({ fields }) => fields.member)).toEqual(['n1']);
  });

  test('may be off by what is uncertain, and the alarm does not flap', () => {
    aheadMs = { n2: 510 };
    pass(2000, peers, 40);
    expect(logged).toEqual([]);
    aheadMs = { n2: 530 };
    pass(2000, peers, 40);
    aheadMs = { n2: 490 };
    pass(2000, peers, 40);
    expect(messages()).toEqual(['the wall clock of a member is off']);
  });

  test('that was not read for ten seconds is not known any more', () => {
    aheadMs = { n2: 600 };
    pass(1000);
    pass(9000, ['n3']);
    expect(describeOf('n2')?.isOff).toBe(true);
    pass(1500, ['n3']);
    expect(describeOf('n2')).toBeNull();
  });
});

describe('a monotonic clock', () => {
  test('may run as much faster or slower as leases allow for', () => {
    rates = { n2: 1.11, n3: 0.905 };
    pass(20_000);
    expect(logged).toEqual([]);
    expect(alarms.mayLease(three)).toBe(true);
    const { driftPpm, driftUncertaintyPpm } = describeOf('n2') ?? {};
    expect(Math.abs((driftPpm ?? 0) - 110_000)).toBeLessThan(driftUncertaintyPpm ?? 0);
    expect(describeOf('n1')).toMatchObject({ driftPpm: null, driftUncertaintyPpm: null });
  });

  test.each([
    ['faster', 1.13],
    ['slower', 0.88],
  ])('that runs much %s turns leases off until it does not', (_, rate) => {
    pass(5000);
    rates = { n3: rate };
    pass(3000);
    expect(logged).toEqual([
      { message: expect.stringContaining('drifts: no lease reads'), fields: expect.objectContaining({ member: 'n3' }) },
    ]);
    expect([alarms.mayLease(three), describeOf('n3')?.isDrifting]).toEqual([false, true]);
    rates = {};
    pass(15_000);
    expect(messages().slice(1)).toEqual(['the monotonic clock of a member is within its bound again']);
    expect(alarms.mayLease(three)).toBe(true);
  });

  test('is not blamed for a slow network', () => {
    for (let round = 0; round < 20; round += 1) pass(500, peers, round % 2 === 0 ? 2 : 400);
    expect(logged).toEqual([]);
  });

  test('that is not heard any more speaks against no lease', () => {
    rates = { n3: 2 };
    pass(5000);
    expect(alarms.mayLease(three)).toBe(false);
    pass(3000, ['n2']);
    expect(alarms.mayLease(three)).toBe(true);
    pass(100);
    expect(alarms.mayLease(three)).toBe(false);
  });

  test('of a learner says nothing about leases, and that of who has gone nothing at all', () => {
    rates = { n3: 2 };
    pass(5000, peers, 2, members({ voters: ['n1', 'n2'], learners: ['n3'] }));
    expect(messages()).toEqual([expect.stringContaining('drifts')]);
    expect(alarms.mayLease(members({ voters: ['n1', 'n2'], learners: ['n3'] }))).toBe(true);
    expect(describeOf('n3')?.isDrifting).toBe(true);
    alarms.tick(votersOf('n1', 'n2'), context.nowMs);
    expect(describeOf('n3')?.isDrifting).toBe(false);
  });
});
