import { MAX_SESSION_WRITES } from '@quorate/config-store';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { SessionWrites } from '../src/session/session-writes.ts';

it('numbers writes from 1, with the floor below all that are open', () => {
  const writes = new SessionWrites(7);
  expect([writes.begin(), writes.begin(), writes.begin()]).toEqual([
    { session: 7, sequence: 1, floor: 0 },
    { session: 7, sequence: 2, floor: 0 },
    { session: 7, sequence: 3, floor: 0 },
  ]);
  writes.end(2);
  expect([writes.floor, writes.openCount]).toEqual([0, 2]);
  writes.end(1);
  expect([writes.floor, writes.openCount]).toEqual([2, 1]);
  expect(writes.begin()).toEqual({ session: 7, sequence: 4, floor: 2 });
});

it('begins none that is too far ahead of the oldest that is open', () => {
  const writes = new SessionWrites(7);
  for (let count = 0; count < MAX_SESSION_WRITES; count += 1) expect(writes.begin()).not.toBeNull();
  for (let sequence = 2; sequence <= MAX_SESSION_WRITES; sequence += 1) writes.end(sequence);
  expect(writes.begin()).toBeNull();
  writes.end(1);
  expect(writes.begin()).toMatchObject({ sequence: MAX_SESSION_WRITES + 1, floor: MAX_SESSION_WRITES });
});

it('never has an open write at or below the floor, nor one below all that are open, in whatever order they end', () => {
  fc.assert(
    fc.property(fc.array(fc.option(fc.nat({ max: 9 })), { maxLength: 60 }), (steps) => {
      const writes = new SessionWrites(1);
      const open: number[] = [];
      for (const step of steps) {
        if (step === null) open.push(writes.begin()?.sequence ?? 0);
        else for (const sequence of open.splice(step % (open.length + 1), 1)) writes.end(sequence);
        const oldest = Math.min(...open);
        if (open.length > 0) expect(writes.floor).toBe(oldest - 1);
        expect(writes.openCount).toBe(open.length);
      }
    }),
  );
});
