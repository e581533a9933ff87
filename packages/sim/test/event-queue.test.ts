import { expect, it } from 'vitest';
import { type Due, EventQueue } from '../src/host/event-queue.ts';
import { RandomStream } from '../src/host/random-stream.ts';

it('gives events by time, and by the order of asking at one time', () => {
  const random = new RandomStream(1, 'queue');
  const queue = new EventQueue<Due>();
  const push = (): void => queue.push({ atUs: 0, order: 0 }, random.below(4));
  for (let count = 0; count < 100; count += 1) push();
  let last: Due = { atUs: 0, order: 0 };
  for (let taken = 0; taken < 1000; taken += 1) {
    const next = queue.take(Number.POSITIVE_INFINITY);
    expect(next).not.toBeNull();
    if (next === null) return;
    expect(next.atUs > last.atUs || (next.atUs === last.atUs && next.order > last.order)).toBe(true);
    expect(queue.nowUs).toBe(next.atUs);
    last = next;
    push();
  }
});

it('gives nothing that is due later than asked for, and moves on to then', () => {
  const queue = new EventQueue<Due>();
  queue.push({ atUs: 0, order: 0 }, 10);
  expect(queue.take(9)).toBeNull();
  expect(queue.nowUs).toBe(9);
  expect(queue.take(10)?.atUs).toBe(10);
});
