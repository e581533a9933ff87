import fc from 'fast-check';
import { expect, it } from 'vitest';
import { EntryBuffer } from '../src/entry-buffer.ts';
import { logEntries, logEntry } from './support/fake-node.ts';

const roomy = { entries: 1_000, bytes: 1_000_000 };

const taken = (buffer: EntryBuffer): number[] => {
  const indexes: number[] = [];
  for (let entry = buffer.take(); entry !== null; entry = buffer.take()) indexes.push(entry.index);
  return indexes;
};

it('gives out each index once, in order, however the stream and the pages come', () => {
  const span = fc.tuple(fc.boolean(), fc.integer({ min: 1, max: 40 }), fc.integer({ min: 0, max: 9 }));
  const limits = fc.record({ entries: fc.integer({ min: 0, max: 20 }), bytes: fc.integer({ min: 0, max: 500 }) });
  fc.assert(
    fc.property(fc.array(span), fc.integer({ min: 1, max: 20 }), limits, (spans, from, limits) => {
      const buffer = new EntryBuffer(from, limits);
      const indexes: number[] = [];
      let end = 0;
      for (const [isStreamed, first, length] of spans) {
        const entries = logEntries(first, first + length);
        end = Math.max(end, first + length);
        if (isStreamed) buffer.addStreamed(entries);
        else buffer.addFetched(entries);
        indexes.push(...taken(buffer));
        expect(buffer.missing).toBe(buffer.next <= end);
      }
      // What is missing is fetched, page by page.
      while (buffer.missing) {
        buffer.addFetched(logEntries(buffer.next, Math.min(end, buffer.next + 6)));
        indexes.push(...taken(buffer));
      }
      expect(indexes).toEqual(logEntries(from, Math.max(end, from - 1)).map(({ index }) => index));
    }),
  );
});

it('keeps no more of the stream than its limits allow, and knows that the rest is missing', () => {
  const byEntries = new EntryBuffer(1, { ...roomy, entries: 3 });
  byEntries.addStreamed(logEntries(1, 10));
  expect(taken(byEntries)).toEqual([1, 2, 3]);
  expect(byEntries.missing).toBe(true);

  const bytes = logEntry(1).command.length * 2;
  const byBytes = new EntryBuffer(1, { ...roomy, bytes });
  byBytes.addStreamed(logEntries(1, 9));
  expect(taken(byBytes)).toEqual([1, 2]);
});

it('needs no room for repeats', () => {
  const bytes = logEntry(1).command.length * 3;
  const buffer = new EntryBuffer(1, { ...roomy, bytes });
  for (let count = 0; count < 10; count += 1) buffer.addStreamed([logEntry(3)]);
  buffer.addStreamed(logEntries(1, 2));
  expect(taken(buffer)).toEqual([1, 2, 3]);
  buffer.addStreamed(logEntries(4, 6));
  expect(taken(buffer)).toEqual([4, 5, 6]);
});

it('keeps a page whole', () => {
  const buffer = new EntryBuffer(1, { entries: 0, bytes: 0 });
  buffer.addFetched(logEntries(1, 5));
  expect(taken(buffer)).toEqual([1, 2, 3, 4, 5]);
  expect(buffer.missing).toBe(false);
  buffer.knowCommitted(7);
  expect(buffer.missing).toBe(true);
});
