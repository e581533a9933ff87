import { describe, expect, test } from 'vitest';
import { defaultRaftSettings as settings } from '../src/index.ts';
import { momentAt, senderOf } from './support/fake-context.ts';
import { ReplicatorFixture } from './support/replicator-fixture.ts';

const { leaseMs, heartbeatIntervalMs } = settings;
const maxHeartbeatIntervalMs = leaseMs / 3;

function replicating(): ReplicatorFixture {
  const fixture = new ReplicatorFixture([1, 2]);
  fixture.replicate();
  return fixture;
}

test('the peer is asked for the promise that the leader wants, with every append from then on', () => {
  const fixture = replicating();
  fixture.advance({ round: 1, leaseMs, maxHeartbeatIntervalMs });
  expect(fixture.exchange()).toMatchObject([{ round: 1, leaseMs }]);
  fixture.advance({ round: 2 });
  expect(fixture.exchange()).toMatchObject([{ round: 2, leaseMs: 0 }]);
});

test('the leader is told what was promised, and when that very append was sent: not the one before, nor the time of the answer', () => {
  const fixture = replicating();
  fixture.elapse(10);
  fixture.advance({ round: 1, leaseMs });
  const [first] = fixture.exchange();
  fixture.elapse(7);
  fixture.advance({ round: 2, leaseMs });
  const [second] = fixture.exchange();
  fixture.elapse(5);
  fixture.reply({ sequence: Number(first?.sequence), matchIndex: 2, promisedMs: leaseMs });
  expect(fixture.context.takeOne('matched').promise).toEqual({ sentAt: momentAt(10), promisedMs: leaseMs });
  fixture.reply({ sequence: Number(second?.sequence), matchIndex: 2, promisedMs: 30 });
  expect(fixture.context.takeOne('matched').promise).toEqual({ sentAt: momentAt(17), promisedMs: 30 });
  // It comes once more: nobody remembers when that was sent.
  fixture.reply({ sequence: Number(first?.sequence), matchIndex: 2, promisedMs: leaseMs });
  expect(fixture.context.takeOne('matched').promise).toBeNull();
});

test('entries are promised for from when they were sent, whenever they are on disk', () => {
  const fixture = replicating();
  fixture.advance({ leaseMs });
  fixture.exchange();
  fixture.elapse(3);
  fixture.log = [...fixture.log, ...fixture.log.slice(-1)];
  fixture.advance({ leaseMs });
  const [append] = fixture.exchange();
  fixture.elapse(20);
  fixture.reply({ sequence: Number(append?.sequence), matchIndex: 3, promisedMs: leaseMs });
  expect(fixture.context.takeOne('matched')).toMatchObject({
    promise: { sentAt: momentAt(3), promisedMs: leaseMs },
  });
});

test('heartbeats come as often as the lease needs them, from the moment that it does, and as usual afterwards', () => {
  const fixture = replicating();
  fixture.elapse(maxHeartbeatIntervalMs);
  fixture.advance({ leaseMs, maxHeartbeatIntervalMs });
  fixture.exchange();
  fixture.elapse(maxHeartbeatIntervalMs);
  expect(fixture.exchange()).toMatchObject([{ entries: [], leaseMs }]);
  fixture.advance({});
  fixture.elapse(maxHeartbeatIntervalMs);
  expect(fixture.exchange()).toHaveLength(1);
  fixture.elapse(heartbeatIntervalMs - 1);
  expect(fixture.exchange()).toEqual([]);
  fixture.elapse(1);
  expect(fixture.exchange()).toHaveLength(1);
});

test('they are never fewer than usual', () => {
  const fixture = replicating();
  fixture.advance({ leaseMs, maxHeartbeatIntervalMs: 2 * heartbeatIntervalMs });
  fixture.elapse(heartbeatIntervalMs);
  expect(fixture.exchange()).toHaveLength(1);
});

describe('what is proven to a follower of its freshness', () => {
  const clockMs = 700_000;

  /** A follower whose clock showed `clockMs` when it answered what was sent first. */
  function answered(incarnation = 1): ReplicatorFixture {
    const fixture = new ReplicatorFixture([1, 2]);
    const [probe] = fixture.exchange();
    fixture.elapse(5);
    fixture.reply({ sequence: Number(probe?.sequence), matchIndex: 2, clockMs }, senderOf('n2', { incarnation }));
    fixture.exchange();
    return fixture;
  }

  test('is as of the time that its own clock showed, with what the leader knows to be committed: the leader led later', () => {
    const fixture = answered(3);
    fixture.advance({ round: 1, commitIndex: 2, leasedAtMs: 9 });
    expect(fixture.exchange()).toMatchObject([
      { freshness: { incarnation: 3, asOf: { clockMs, wallMs: 0 }, readIndex: 2 } },
    ]);
  });

  test('is told once', () => {
    const fixture = answered();
    fixture.advance({ round: 1, leasedAtMs: 9 });
    fixture.exchange();
    fixture.elapse(heartbeatIntervalMs);
    expect(fixture.exchange()).toMatchObject([{ freshness: null }]);
  });

  test('is nothing if the leader led for certain only before that time, or does not say so', () => {
    const fixture = answered();
    fixture.advance({ round: 1, leasedAtMs: 4 });
    expect(fixture.exchange()).toMatchObject([{ freshness: null }]);
    fixture.advance({ round: 2 });
    expect(fixture.exchange()).toMatchObject([{ freshness: null }]);
  });

  test('is by the newest time of its newest life', () => {
    const fixture = answered(3);
    fixture.advance({ round: 1 });
    const [second] = fixture.exchange();
    fixture.advance({ round: 2 });
    const [third] = fixture.exchange();
    fixture.reply({ sequence: Number(third?.sequence), clockMs: 40 }, senderOf('n2', { incarnation: 4 }));
    fixture.reply({ sequence: Number(second?.sequence), clockMs: clockMs + 1 }, senderOf('n2', { incarnation: 3 }));
    fixture.advance({ round: 3, leasedAtMs: 9 });
    expect(fixture.exchange()).toMatchObject([{ freshness: { incarnation: 4, asOf: { clockMs: 40, wallMs: 0 } } }]);
  });
});
