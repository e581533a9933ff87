import { beforeEach, describe, expect, test } from 'vitest';
import { logIndex, momentOf, defaultRaftSettings as settings, silentPorts, unmeasured } from '../src/index.ts';
import { votersOf } from './support/entries.ts';
import { momentAt, senderOf } from './support/fake-context.ts';
import { LeaderFixture, noopIndex, token } from './support/leader-fixture.ts';

const { leaseMs, maxClockDrift } = settings;
const leaseLastsMs = leaseMs * (1 - maxClockDrift);

let fixture: LeaderFixture;

beforeEach(() => {
  fixture = new LeaderFixture();
  fixture.context.nowMs = 10_000;
});

/** This node and n2 promise, for what was sent now. */
function promise(round = 0): void {
  const promised = { sentAt: momentOf(fixture.context), promisedMs: leaseMs };
  fixture.roundConfirmed(round, token, promised);
  fixture.matched('n2', noopIndex, round, token, { promise: promised });
}

/** In office, with a read that was answered by a round a moment ago, which has brought the lease. */
function leadWithLease(): void {
  fixture.lead();
  fixture.readIndex(1);
  promise(fixture.takeRound());
  fixture.take();
}

/** Whether a read is answered in the turn in which it comes. */
function isAnsweredAtOnce(mayUseLease = true): boolean {
  fixture.take();
  fixture.readIndex(2, senderOf('n2'), { mayUseLease });
  return fixture.takeAll('readIndexReply').length === 1;
}

/** Lets time pass, in which the voters answer. */
function elapse(forMs: number): void {
  const endMs = fixture.context.nowMs + forMs;
  while (fixture.context.nowMs < endMs) {
    fixture.elapse(Math.min(100, endMs - fixture.context.nowMs));
    promise();
  }
}

const leaseStatus = (): unknown => {
  fixture.take();
  fixture.receive({ kind: 'describe', request: 1 });
  return fixture.takeOne('described').part;
};

describe('a read with a valid lease', () => {
  test('is answered with commitIndex in the same turn, and nobody is asked', () => {
    leadWithLease();
    fixture.readIndex(2);
    expect(fixture.take()).toMatchObject([{ message: { kind: 'readIndexReply', sequence: 2, readIndex: noopIndex } }]);
  });

  test('is told so where the question is in a trace, and then alone', () => {
    leadWithLease();
    const answer = (traced: { traceparent?: string }, mayUseLease = true): unknown => {
      fixture.readIndex(2, senderOf('n2'), { ...traced, mayUseLease });
      if (!mayUseLease) promise(fixture.takeRound());
      return fixture.takeOne('readIndexReply').isLeased;
    };
    expect(answer({ traceparent: '00-read-01' })).toBe(true);
    expect(answer({})).toBeUndefined();
    expect(answer({ traceparent: '00-read-01' }, false)).toBeUndefined();
  });

  test('falls back to a round when the lease is over, by a clock that is read when the read is taken', () => {
    leadWithLease();
    fixture.context.nowMs += leaseLastsMs - 0.1;
    expect(isAnsweredAtOnce()).toBe(true);
    // It stood still, and no timer of its has come yet.
    fixture.context.nowMs += 0.2;
    expect(isAnsweredAtOnce()).toBe(false);
    expect(leaseStatus()).toMatchObject({ lease: { isValid: false, fallbacks: 2 } });
  });

  test('is not answered from it if it must not be: a quorum is asked', () => {
    leadWithLease();
    expect(isAnsweredAtOnce(false)).toBe(false);
    expect(leaseStatus()).toMatchObject({ lease: { isValid: true, fallbacks: 1 } });
  });

  test('is not answered before the no-op is committed', () => {
    fixture.grant();
    fixture.readIndex(1);
    promise();
    expect(isAnsweredAtOnce()).toBe(false);
  });

  test('needs a quorum of the configuration at the log’s end', () => {
    leadWithLease();
    const change = { add: [], promote: [], remove: [senderOf('n2').node], force: true };
    fixture.change(3, change);
    fixture.takeAppended();
    // n1 and n2 are no quorum of the voters that come.
    expect(isAnsweredAtOnce()).toBe(false);
  });

  test('does not count a peer that is being repaired', () => {
    fixture.lead();
    const promised = { sentAt: momentAt(fixture.context.nowMs), promisedMs: leaseMs };
    fixture.roundConfirmed(0, token, promised);
    const from = {
      token,
      peer: senderOf('n2').node,
      matchIndex: logIndex(noopIndex),
      round: 0,
      link: unmeasured,
      transfer: null,
      reading: null,
    };
    fixture.receive({ kind: 'matched', ...from, promise: promised, mode: 'repair' });
    expect(isAnsweredAtOnce()).toBe(false);
  });

  test('one voter alone has its own promise', () => {
    fixture.lead(votersOf('n1'));
    fixture.readIndex(1);
    const { round } = fixture.takeOne('confirmRound');
    fixture.roundConfirmed(Number(round), token, { sentAt: momentAt(fixture.context.nowMs), promisedMs: leaseMs });
    expect(isAnsweredAtOnce()).toBe(true);
  });
});

describe('the lease is dropped', () => {
  test('for the rest of the term when a transfer begins, before anyone is told to campaign', () => {
    leadWithLease();
    fixture.transfer(5, 'n2');
    const told = fixture.take().map(({ message }) => message.kind);
    expect(told).toContain('timeoutNow');
    promise();
    expect(isAnsweredAtOnce()).toBe(false);
    expect(fixture.takeAll('advance').every((advance) => advance.leaseMs === 0)).toBe(true);
    elapse(10 * settings.electionTimeoutMaxMs);
    expect(isAnsweredAtOnce()).toBe(false);
  });

  test('by the host, when the connection is another or the clocks part; what is sent afterwards counts again', () => {
    leadWithLease();
    fixture.receive({ kind: 'dropLease', reason: 'the connection was lost' });
    promise();
    expect(isAnsweredAtOnce()).toBe(false);
    fixture.context.nowMs += 1;
    promise();
    expect(isAnsweredAtOnce()).toBe(true);
  });
});

describe("the leader's own clocks", () => {
  test('both have to show that the lease goes on: in a machine that wakes one of them stood still', () => {
    leadWithLease();
    fixture.context.wallAheadMs += leaseLastsMs - 1;
    expect(isAnsweredAtOnce()).toBe(true);
    fixture.context.wallAheadMs += 1;
    expect(isAnsweredAtOnce()).toBe(false);
    promise();
    expect(isAnsweredAtOnce()).toBe(true);
  });

  test('drop it when they have parted: a wall clock that was set back does not tell how long the machine was suspended', () => {
    const told: unknown[] = [];
    const warn = (message: string, fields: unknown): void => void told.push([message, fields]);
    fixture = new LeaderFixture({ logger: { ...silentPorts.logger, warn } });
    leadWithLease();
    fixture.elapse(10);
    promise();
    fixture.context.wallAheadMs -= 3_600_000;
    expect(isAnsweredAtOnce()).toBe(false);
    fixture.elapse(40);
    expect(isAnsweredAtOnce()).toBe(false);
    expect(told).toEqual([['wall clock and monotonic clock have parted', { partedMs: -3_600_000 }]]);
  });
});

describe('a voter whose clock runs too fast', () => {
  /** Time passes, in which n2 answers, with a clock that runs so fast. */
  function run(forMs: number, rate: number, fromMs = fixture.context.nowMs): void {
    for (const untilMs = fromMs + forMs; fixture.context.nowMs < untilMs; ) {
      fixture.readIndex(3);
      fixture.elapse(25);
      const { nowMs } = fixture.context;
      const clocks = { clockMs: rate * nowMs, wallMs: fixture.context.wallNow() };
      const reading = { askedAtMs: nowMs - 1, heardAtMs: nowMs, incarnation: 1, ...clocks };
      const promised = { sentAt: momentAt(nowMs - 1), promisedMs: leaseMs };
      fixture.roundConfirmed(0, token, promised);
      fixture.matched('n2', noopIndex, 0, token, { promise: promised, reading });
    }
  }

  test('turns the lease off, and none is asked for, until it runs right again', () => {
    leadWithLease();
    run(3000, 1);
    expect(isAnsweredAtOnce()).toBe(true);
    run(3000, 1.2);
    expect(isAnsweredAtOnce()).toBe(false);
    fixture.take();
    fixture.elapse(100);
    expect(fixture.takeAll('advance').map((advance) => advance.leaseMs)).not.toContain(leaseMs);
    run(20_000, 1);
    expect(isAnsweredAtOnce()).toBe(true);
  });
});

describe('the lease is kept up', () => {
  test('as long as reads flow: promises are asked for, and heartbeats three times in a lease', () => {
    fixture.lead();
    fixture.readIndex(1);
    const sent = fixture.take().map(({ message }) => message);
    expect(sent.find(({ kind }) => kind === 'confirmRound')).toMatchObject({ leaseMs, askedAt: momentAt(10_000) });
    expect(sent.find(({ kind }) => kind === 'advance')).toMatchObject({ leaseMs, maxHeartbeatIntervalMs: leaseMs / 3 });
    fixture.elapse(leaseMs);
    expect(fixture.takeAll('confirmRound').length).toBeGreaterThanOrEqual(3);
  });

  test('a second after the last read it is not asked for any more: it would hold up the next leader', () => {
    leadWithLease();
    elapse(990);
    expect(fixture.takeAll('confirmRound').at(-1)).toMatchObject({ leaseMs });
    elapse(100);
    fixture.take();
    elapse(100);
    expect(fixture.takeAll('confirmRound').map((asked) => asked.leaseMs)).toEqual([0, 0]);
    elapse(100);
    expect(fixture.takeAll('advance').at(-1)).toMatchObject({ leaseMs: 0, maxHeartbeatIntervalMs: null });
  });

  test('not where leases are off: every read takes a round, and none is counted as one that fell back', () => {
    fixture = new LeaderFixture({ settings: { leaseMs: 0 } });
    fixture.lead();
    expect(isAnsweredAtOnce()).toBe(false);
    fixture.roundConfirmed(0);
    expect(leaseStatus()).toMatchObject({ lease: { isValid: false, fallbacks: 0 } });
    expect(fixture.context.timers.has('lease')).toBe(false);
  });
});
