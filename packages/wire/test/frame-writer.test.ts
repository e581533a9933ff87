import fc from 'fast-check';
import { expect, it } from 'vitest';
import { FrameWriter, isPlainText } from '../src/config-store/frame-writer.ts';
import { decodeCommand, decodeMsgpack, encodeCommand, encodeMsgpack } from '../src/config-store/index.ts';

const writer = new FrameWriter();
const counters = fc.oneof(
  fc.maxSafeNat(),
  fc.constantFrom(0, 127, 128, 255, 256, 65_535, 65_536, 2 ** 32 - 1, 2 ** 32, Number.MAX_SAFE_INTEGER),
);
const plainTexts = fc.oneof(
  fc.string({ unit: 'binary-ascii', maxLength: 40 }),
  fc.constantFrom(31, 32, 255, 256, 1_024).map((length) => 'x'.repeat(length)),
);
const someBytes = fc.oneof(
  fc.uint8Array({ maxLength: 40 }),
  fc.constantFrom(255, 256, 5_000, 65_535, 65_536, 400_000).map((length) => new Uint8Array(length).fill(7)),
);

it('writes what the library would', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(counters, plainTexts, someBytes), { maxLength: 20 }), (items) => {
      writer.begin(2).null().array(items.length);
      for (const [counter, text, bytes] of items) writer.array(3).counter(counter).plainText(text).bytes(bytes);
      expect(Buffer.compare(writer.take(), encodeMsgpack([null, items]))).toBe(0);
    }),
    { numRuns: 60 },
  );
});

it('writes arrays of every length', () => {
  for (const length of [0, 15, 16, 65_535, 65_536]) {
    writer.begin(length);
    for (let item = 0; item < length; item += 1) writer.counter(1);
    expect(Buffer.compare(writer.take(), encodeMsgpack(new Array(length).fill(1)))).toBe(0);
  }
});

it('refuses a number that is no counter', () => {
  for (const value of [-1, 1.5, Number.NaN, 2 ** 53]) expect(() => writer.begin(1).counter(value)).toThrow(RangeError);
});

it('keeps no frame in memory that the next is written to', () => {
  const frames = Array.from({ length: 2_000 }, (_, number) =>
    writer
      .begin(2)
      .counter(number)
      .plainText('x'.repeat(number % 90))
      .take(),
  );
  // What else is encoded must not touch them either.
  encodeMsgpack('y'.repeat(100));
  frames.forEach((frame, number) => {
    expect(decodeMsgpack(frame)).toEqual([number, 'x'.repeat(number % 90)]);
  });
});

it('tells texts of ASCII alone from all others', () => {
  expect(['', '/a', '~\u007f', 'x'.repeat(1_024)].map(isPlainText)).toEqual([true, true, true, true]);
  expect(['ä', 'a\u0080', '\ud800', '€', 'x'.repeat(1_025)].map(isPlainText)).toEqual([
    false,
    false,
    false,
    false,
    false,
  ]);
});

it('writes puts of a session as any other command is written', () => {
  const inSession = { session: 70_000, sequence: 300, floor: 0 };
  fc.assert(
    fc.property(fc.oneof(plainTexts, fc.string({ unit: 'grapheme' })), someBytes, (key, value) => {
      const bytes = encodeCommand({ kind: 'put', key, value, inSession });
      const { session, sequence, floor } = inSession;
      const frame = encodeMsgpack(['inSession', session, sequence, floor, ['put', key, value, null]]);
      expect(Buffer.compare(bytes, frame)).toBe(0);
      expect(decodeCommand(bytes)).toMatchObject({ kind: 'put', key, inSession });
    }),
    { numRuns: 40 },
  );
});
