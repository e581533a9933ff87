import { expect, it } from 'vitest';
import { LeaseExpired, LeaseOfAnother, NoLeader, StoreClosed, UnknownLease } from '../src/errors.ts';
import { KeptLease } from '../src/lease/kept-lease.ts';
import { Lifetime } from '../src/lifetime.ts';
import { TestClock } from './support/test-clock.ts';

const ttlMs = 9_000;

/** A lease that is kept alive while `keepAlive` resolves. */
function start(keepAlive: (timeoutMs: number) => Promise<unknown> = async () => {}) {
  const clock = new TestClock();
  const lifetime = new Lifetime();
  const sent: string[] = [];
  const held = new KeptLease({
    lease: 7n,
    ttlMs,
    askedAtMs: clock.now(),
    clock,
    lifetime,
    keepAlive: (timeoutMs) => {
      sent.push(`keep at ${clock.now()}`);
      return keepAlive(timeoutMs);
    },
    revoke: async () => void sent.push('revoke'),
  });
  return { clock, lifetime, sent, held };
}

it('is kept alive three times in its time', async () => {
  const { clock, sent, held } = start();
  await clock.pass(2 * ttlMs);
  expect(sent).toEqual([3, 6, 9, 12, 15, 18].map((second) => `keep at ${second * 1000}`));
  expect(held.lost.aborted).toBe(false);
});

it('is lost a little before its time is over in which no sign of life got through, counted from when the last that did was sent', async () => {
  let isReached = true;
  const { clock, held, sent } = start(() => (isReached ? Promise.resolve() : Promise.reject(new NoLeader())));
  await clock.pass(3_500);
  isReached = false;
  const lostAtMs = 3_000 + 0.95 * ttlMs;
  await clock.pass(lostAtMs - 3_500 - 1);
  expect(held.lost.aborted).toBe(false);
  await clock.pass(1);
  expect(held.lost.reason).toBeInstanceOf(LeaseExpired);
  expect(clock.timers).toBe(0);
  // It may still be there: then nobody else is to wait for its end.
  await held.release();
  expect(sent.at(-1)).toBe('revoke');
});

it('outlives signs of life that did not get through', async () => {
  let left = 20;
  const { clock, held, sent } = start(() => {
    left -= 1;
    return left > 0 ? Promise.reject(new NoLeader()) : Promise.resolve();
  });
  await clock.pass(3 * ttlMs);
  expect(held.lost.aborted).toBe(false);
  expect(sent.length).toBeGreaterThan(20);
});

it('gives no sign of life more time than the lease has left', async () => {
  const times: number[] = [];
  const { clock } = start((timeoutMs) => {
    times.push(timeoutMs);
    return Promise.reject(new NoLeader());
  });
  await clock.pass(ttlMs);
  expect(times[0]).toBe(5_000);
  expect(times.at(-1)).toBeLessThanOrEqual(100);
});

it.each([
  new LeaseExpired({ lease: '7' }),
  new UnknownLease({ lease: '7' }),
  new LeaseOfAnother({ lease: '7', owner: 'you', given: 'me' }),
])('is lost at once when the nodes say %s', async (error) => {
  const { clock, held, sent } = start(() => Promise.reject(error));
  await clock.pass(3_001);
  expect(held.lost.reason).toBe(error);
  await clock.pass(ttlMs);
  expect(sent).toHaveLength(1);
  await held.release();
  expect(sent).toHaveLength(1);
});

it('is revoked when it is released, once, and not kept alive any more, nor lost', async () => {
  const { clock, held, sent } = start();
  await Promise.all([held.release(), held.release()]);
  await clock.pass(2 * ttlMs);
  expect(sent).toEqual(['revoke']);
  expect(held.lost.aborted).toBe(false);
  expect(clock.timers).toBe(0);
});

it('is lost when its store is closed', async () => {
  const { clock, held, lifetime, sent } = start();
  lifetime.end(new StoreClosed());
  expect(held.lost.reason).toBeInstanceOf(StoreClosed);
  await clock.pass(2 * ttlMs);
  expect(sent).toEqual([]);
  expect(clock.timers).toBe(0);
});
