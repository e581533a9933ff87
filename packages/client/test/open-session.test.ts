import type { SessionCommand } from '@quorate/config-store';
import { expect, it } from 'vitest';
import { NoLeader, SessionExpired } from '../src/errors.ts';
import { Lifetime } from '../src/lifetime.ts';
import { OpenSession, sessionTtlMs } from '../src/session/open-session.ts';
import { TestClock } from './support/test-clock.ts';

function start(answer: (command: SessionCommand) => Promise<unknown> = async () => {}) {
  const clock = new TestClock();
  const lifetime = new Lifetime();
  const sent: SessionCommand[] = [];
  const told: string[] = [];
  const session = new OpenSession(7, {
    clock,
    lifetime,
    send: (command) => {
      sent.push(command);
      return answer(command);
    },
    onRetired: () => void told.push('retired'),
    onEnd: () => void told.push('ended'),
  });
  const write = (): void => {
    const place = session.begin();
    if (place !== null) session.end(place);
  };
  return { clock, lifetime, session, sent, told, write };
}

const minute = 60_000;

it('is kept alive several times in the time that it has, with its floor', async () => {
  const { clock, session, sent, write } = start();
  write();
  write();
  await clock.pass(sessionTtlMs);
  expect(sent.length).toBeGreaterThanOrEqual(3);
  expect(new Set(sent.map((command) => JSON.stringify(command)))).toEqual(
    new Set([JSON.stringify({ kind: 'keepSession', session: session.id, floor: 2 })]),
  );
});

it('is given up and closed when nothing was written for long', async () => {
  const { clock, session, sent, told } = start();
  await clock.pass(6 * minute);
  expect(sent.at(-1)).toEqual({ kind: 'closeSession', session: 7 });
  expect(told).toEqual(['retired', 'ended']);
  expect(session.begin()).toBeNull();
  const { length } = sent;
  await clock.pass(10 * minute);
  expect(sent.length).toBe(length);
  expect(clock.timers).toBe(0);
});

it('goes on for as long as something is written', async () => {
  const { clock, told, write } = start();
  for (let minutes = 0; minutes < 30; minutes += 4) {
    write();
    await clock.pass(4 * minute);
  }
  expect(told).toEqual([]);
});

it('is kept alive after it was given up, until the last of its writes is over', async () => {
  const { clock, session, sent, told } = start();
  const [one, other] = [session.begin(), session.begin()];
  if (one === null || other === null) throw new Error('there is no place');
  session.retire();
  session.end(one);
  await clock.pass(9 * minute);
  expect(new Set(sent.map(({ kind }) => kind))).toEqual(new Set(['keepSession']));
  expect(sent.length).toBeGreaterThan(9);
  session.end(other);
  expect(sent.at(-1)?.kind).toBe('closeSession');
  expect(told).toEqual(['retired', 'ended']);
});

it('is over when the group says that it has expired, and nothing is closed then', async () => {
  const { clock, session, sent, told } = start(() => Promise.reject(new SessionExpired({ session: '7' })));
  await clock.pass(minute);
  expect(sent.map(({ kind }) => kind)).toEqual(['keepSession']);
  expect(told).toEqual(['retired', 'ended']);
  expect(session.begin()).toBeNull();
});

it('outlives signs of life that did not get through', async () => {
  const { clock, told, sent, session } = start(() => Promise.reject(new NoLeader()));
  await clock.pass(4 * minute);
  expect(told).toEqual([]);
  expect(sent.length).toBeGreaterThan(9);
  expect(session.begin()).not.toBeNull();
});

it('says nothing any more once its store is closed', async () => {
  const { clock, lifetime, sent } = start();
  lifetime.end(new Error('closed'));
  await clock.pass(10 * minute);
  expect(sent).toEqual([]);
  expect(clock.timers).toBe(0);
});
