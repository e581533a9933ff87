import { encode } from '@msgpack/msgpack';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeMsgpack, encodeMsgpack, MalformedMsgpack } from '../src/config-store/index.ts';

const bytes = (...values: number[]): Uint8Array => new Uint8Array(values);
const concat = (...parts: Uint8Array[]): Uint8Array => new Uint8Array(Buffer.concat(parts));

const plain = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.constant(null),
    fc.boolean(),
    fc.maxSafeInteger(),
    fc.integer({ min: -40, max: 300 }),
    fc.double({ noNaN: true }).map((number) => (Object.is(number, -0) ? 0 : number)),
    fc.string({ unit: 'binary', maxLength: 300 }),
    fc.uint8Array({ maxLength: 300 }),
    fc.array(tie('value'), { maxLength: 20 }),
    fc.dictionary(
      fc.string({ unit: 'binary' }).filter((key) => key !== '__proto__'),
      tie('value'),
      { maxKeys: 20, noNullPrototype: true },
    ),
  ),
})).value;

describe('msgpack, read strictly', () => {
  it('gives back whatever is written', () => {
    fc.assert(
      fc.property(plain, (value) => {
        expect(decodeMsgpack(encodeMsgpack(value))).toEqual(value);
      }),
    );
  });

  it.each([
    ['a fixint', bytes(0x7f), 127],
    ['a negative fixint', bytes(0xe0), -32],
    ['a uint8', bytes(0xcc, 0xff), 255],
    ['a uint16', bytes(0xcd, 1, 0), 256],
    ['a uint32', bytes(0xce, 0xff, 0xff, 0xff, 0xff), 2 ** 32 - 1],
    ['a uint64', bytes(0xcf, 0, 0x1f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff), Number.MAX_SAFE_INTEGER],
    ['an int8', bytes(0xd0, 0x80), -128],
    ['an int16', bytes(0xd1, 0x80, 0), -32768],
    ['an int32', bytes(0xd2, 0x80, 0, 0, 0), -(2 ** 31)],
    ['an int64', bytes(0xd3, 0xff, 0xe0, 0, 0, 0, 0, 0, 1), Number.MIN_SAFE_INTEGER],
    ['a float32', bytes(0xca, 0x3f, 0x80, 0, 0), 1],
    ['a str16', concat(bytes(0xda, 0, 2), Buffer.from('ab')), 'ab'],
    ['a str32', concat(bytes(0xdb, 0, 0, 0, 2), Buffer.from('ab')), 'ab'],
    ['a bin16', bytes(0xc5, 0, 1, 7), bytes(7)],
    ['a bin32', bytes(0xc6, 0, 0, 0, 1, 7), bytes(7)],
    ['an array16', bytes(0xdc, 0, 1, 0xc0), [null]],
    ['an array32', bytes(0xdd, 0, 0, 0, 1, 0xc3), [true]],
    ['a map16', bytes(0xde, 0, 1, 0xa1, 0x61, 0xc2), { a: false }],
    ['a map32', bytes(0xdf, 0, 0, 0, 1, 0xa1, 0x61, 1), { a: 1 }],
  ])('reads %s in whatever width it was written', (_what, written, value) => {
    expect(decodeMsgpack(written)).toEqual(value);
  });

  it('keeps a byte order mark, in short texts and in long ones', () => {
    for (const text of ['\ufeffa', `\ufeff${'a'.repeat(300)}`]) expect(decodeMsgpack(encodeMsgpack(text))).toBe(text);
  });

  it('gives bytes as a view of what it reads', () => {
    const frame = encodeMsgpack([new Uint8Array([1, 2, 3])]);
    const [view] = decodeMsgpack(frame) as [Uint8Array];
    expect(view.buffer).toBe(frame.buffer);
  });

  it.each([
    ['nothing', bytes()],
    ['trailing bytes', concat(encode(['a']), bytes(0xc0))],
    ['a text that ends early', bytes(0xa5, 0x61)],
    ['bytes of 4 GiB that are not there', bytes(0xc6, 0xff, 0xff, 0xff, 0xff, 1)],
    ['an array of 4 billion that are not there', bytes(0xdd, 0xff, 0xff, 0xff, 0xff, 0xc0)],
    ['a map of 4 billion that are not there', bytes(0xdf, 0xff, 0xff, 0xff, 0xff, 0xa1, 0x61, 0xc0)],
    ['a million arrays in one another', new Uint8Array(1_000_000).fill(0x91)],
    [
      'seventeen maps in one another',
      concat(...Array.from({ length: 17 }, () => bytes(0x81, 0xa1, 0x61)), bytes(0xc0)),
    ],
    ['text that is no UTF-8', bytes(0xa2, 0xc3, 0x28)],
    ['text with half a surrogate pair', bytes(0xa3, 0xed, 0xa0, 0xbd)],
    ['text in more bytes than needed', bytes(0xa2, 0xc0, 0xaf)],
    ['an integer beyond 2^53', bytes(0xcf, 0, 0x20, 0, 0, 0, 0, 0, 1)],
    ['a negative integer beyond 2^53', bytes(0xd3, 0x80, 0, 0, 0, 0, 0, 0, 0)],
    ['an extension', bytes(0xd4, 1, 1)],
    ['a timestamp', encode(new Date(0))],
    ['the type that is never used', bytes(0xc1)],
    ['a key that is a number', bytes(0x81, 0x01, 0xc0)],
    ['the key __proto__', concat(bytes(0x81, 0xa9), Buffer.from('__proto__'), bytes(0x80))],
    ['a key that is there twice', bytes(0x82, 0xa1, 0x61, 1, 0xa1, 0x61, 2)],
  ])('refuses %s', (_what, malformed) => {
    expect(() => decodeMsgpack(malformed)).toThrow(MalformedMsgpack);
  });

  it('gives a value or refuses, whatever the bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), (noise) => {
        try {
          decodeMsgpack(noise);
        } catch (error) {
          expect(error).toBeInstanceOf(MalformedMsgpack);
        }
      }),
      { numRuns: 2000 },
    );
    expect(Object.getPrototypeOf({})).toBe(Object.prototype);
  });
});
