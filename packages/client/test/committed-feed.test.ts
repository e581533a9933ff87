import { logIndex } from '@quorate/raft';
import { encodeEntriesPage } from '@quorate/wire';
import { expect, it, onTestFinished } from 'vitest';
import { type Clock, systemClock } from '../src/clock.ts';
import { committedEntries } from '../src/committed-feed.ts';
import { defaultBufferLimits } from '../src/entry-buffer.ts';
import { NoLeader, Unavailable, UnknownError } from '../src/errors.ts';
import { openGroupAccess } from '../src/group-access.ts';
import { Lifetime } from '../src/lifetime.ts';
import { Link } from '../src/link.ts';
import { errorOf, TestBus, until } from './support/bus.ts';
import { logEntries, ok } from './support/fake-node.ts';

const pageTo = (from: number, to: number): Uint8Array =>
  encodeEntriesPage({ firstIndex: logIndex(1), commitIndex: logIndex(to), entries: logEntries(from, to) });

const group = { cluster: 'main', group: 'config' };

/** Entries that come from `request` alone: there is no connection for a stream. */
function entriesFrom(request: () => Promise<Uint8Array>, giveUpMs = Number.POSITIVE_INFINITY) {
  const link = new Link(async () => {});
  const router = { request };
  const options = { ...group, link, router, clock: systemClock, fromIndex: 1, giveUpMs, buffer: defaultBufferLimits };
  return committedEntries({ ...options, lifetime: new Lifetime() });
}

it('goes on after errors that may pass, and ends with one that will not', async () => {
  const errors: Error[] = [new Unavailable(), new NoLeader()];
  const entries = entriesFrom(async () => {
    const error = errors.shift();
    if (error !== undefined) throw error;
    return pageTo(1, 2);
  });
  expect((await entries.next()).value?.index).toBe(1n);
  expect((await entries.next()).value?.index).toBe(2n);
  errors.push(new UnknownError('SomethingNewer', 'no', {}));
  expect(await errorOf(entries.next())).toMatchObject({ code: 'SomethingNewer' });
});

it('gives up after the time that it was told to wait, counted from when it last heard of a node', async () => {
  let answers = 1;
  const entries = entriesFrom(async () => {
    answers -= 1;
    if (answers < 0) throw new Unavailable();
    return pageTo(1, 1);
  }, 300);
  expect((await entries.next()).value?.index).toBe(1n);
  const sinceMs = performance.now();
  expect(await errorOf(entries.next())).toBeInstanceOf(Unavailable);
  expect(performance.now() - sinceMs).toBeGreaterThan(299);
});

it('asks a node as soon as a new connection stands, without waiting for the stream to be silent', async () => {
  const bus = await TestBus.start();
  let commitIndex = 1;
  const serve = () => ok(pageTo(1, commitIndex));
  await bus.node('n1', serve);
  const access = await openGroupAccess({ servers: bus.url });
  onTestFinished(() => access.close());
  // The look that follows a silence of a second never comes.
  const clock: Clock = {
    ...systemClock,
    random: () => 0.5,
    startTimer: (delayMs, fire) => (delayMs === 1_000 ? () => {} : systemClock.startTimer(delayMs, fire)),
  };
  const { link, router } = access;
  const options = { ...group, link, router, clock, fromIndex: 1, giveUpMs: Number.POSITIVE_INFINITY };
  const lifetime = access.lifetime.child();
  const entries = committedEntries({ ...options, buffer: defaultBufferLimits, lifetime });
  await entries.next();
  const next = entries.next();
  await bus.stop();
  await until(() => link.connection === null);
  commitIndex = 2;
  await bus.restart();
  await bus.node('n1', serve);
  expect((await next).value?.index).toBe(2n);
});
