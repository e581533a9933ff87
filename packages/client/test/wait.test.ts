import { expect, it } from 'vitest';
import type { Clock } from '../src/clock.ts';
import { Lifetime } from '../src/lifetime.ts';
import { waitFor } from '../src/wait.ts';
import { errorOf } from './support/bus.ts';

/** A clock whose timers fire when they are told to. */
class ManualClock implements Clock {
  readonly timers = new Set<() => void>();

  now(): number {
    return 0;
  }

  random(): number {
    return 0.5;
  }

  startTimer(_: number, fire: () => void): () => void {
    this.timers.add(fire);
    return () => this.timers.delete(fire);
  }
}

/** A wait, and how often it has stopped listening. */
function start() {
  const clock = new ManualClock();
  const lifetime = new Lifetime();
  let settle: (value: string) => void = () => {};
  let stopped = 0;
  const waiting = waitFor<string>({ clock, lifetime, timeoutMs: 5 }, (given) => {
    settle = given;
    return () => {
      stopped += 1;
    };
  });
  return { clock, lifetime, waiting, settle: (value: string) => settle(value), stopped: () => stopped };
}

it('stops listening, to all that it listened to, however it ends', async () => {
  const settled = start();
  settled.settle('one');
  settled.settle('two');
  expect(await settled.waiting).toBe('one');

  const timedOut = start();
  for (const fire of timedOut.clock.timers) fire();
  expect(await timedOut.waiting).toBeNull();

  const ended = start();
  ended.lifetime.end(new Error('enough'));
  expect((await errorOf(ended.waiting)).message).toBe('enough');

  for (const { stopped, clock } of [settled, timedOut, ended]) {
    expect(stopped()).toBe(1);
    expect(clock.timers.size).toBe(0);
  }
});

it('begins nothing in a lifetime that has ended', async () => {
  const lifetime = new Lifetime();
  const child = lifetime.child();
  lifetime.end(new Error('enough'));
  let begun = false;
  const waiting = waitFor({ clock: new ManualClock(), lifetime: child, timeoutMs: 5 }, () => {
    begun = true;
    return () => {};
  });
  expect((await errorOf(waiting)).message).toBe('enough');
  expect(begun).toBe(false);
});
