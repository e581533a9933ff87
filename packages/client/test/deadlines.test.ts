import { expect, it } from 'vitest';
import { Deadlines, type Expiring } from '../src/deadlines.ts';
import { TestClock } from './support/test-clock.ts';

interface Told extends Expiring {
  readonly at: number[];
}

/** Notes when its time is up. */
function due(clock: TestClock, inMs: number): Told {
  const at: number[] = [];
  return { at, dueAtMs: clock.now() + inMs, expired: () => void at.push(clock.now()) };
}

it('tells each when its own time is up, once, with one timer for all', async () => {
  const clock = new TestClock();
  const deadlines = new Deadlines(clock);
  const [late, early, middle] = [due(clock, 300), due(clock, 100), due(clock, 200)];
  for (const one of [late, early, middle]) deadlines.add(one);
  expect(clock.timers).toBe(1);
  await clock.pass(1_000);
  expect([early, middle, late].map(({ at }) => at)).toEqual([[100], [200], [300]]);
  expect(clock.timers).toBe(0);
});

it('tells nothing to what was removed, and keeps no timer when nothing is left', async () => {
  const clock = new TestClock();
  const deadlines = new Deadlines(clock);
  const [first, second] = [due(clock, 100), due(clock, 200)];
  deadlines.add(first);
  deadlines.add(second);
  deadlines.remove(first);
  await clock.pass(150);
  expect([first.at, second.at]).toEqual([[], []]);
  deadlines.remove(second);
  expect(clock.timers).toBe(0);
  await clock.pass(1_000);
  expect(second.at).toEqual([]);
});

it('takes more while it tells, and lets what it tells remove others', async () => {
  const clock = new TestClock();
  const deadlines = new Deadlines(clock);
  const [other, later] = [due(clock, 100), due(clock, 300)];
  deadlines.add({
    dueAtMs: 100,
    expired: () => {
      deadlines.remove(other);
      deadlines.add(later);
    },
  });
  deadlines.add(other);
  await clock.pass(1_000);
  expect([other.at, later.at]).toEqual([[], [300]]);
});
