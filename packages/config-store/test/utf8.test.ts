import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compareUtf8, loneSurrogateAt, utf8Length } from '../src/utf8.ts';

const wellFormed = fc.string({ unit: 'binary' });
const sign = (number: number): number => Math.sign(number);

describe('UTF-8 without an encoder', () => {
  it('counts the bytes that an encoder would make', () => {
    fc.assert(fc.property(wellFormed, (text) => utf8Length(text) === Buffer.byteLength(text)));
  });

  it('orders as the bytes do, also where JavaScript does not', () => {
    expect('\u{1f600}' < '\uffff').toBe(true);
    expect(compareUtf8('\u{1f600}', '\uffff')).toBeGreaterThan(0);
    expect(compareUtf8('a', 'a\u0000')).toBeLessThan(0);
    fc.assert(
      fc.property(wellFormed, wellFormed, wellFormed, (shared, a, b) => {
        const expected = sign(Buffer.compare(Buffer.from(shared + a), Buffer.from(shared + b)));
        return sign(compareUtf8(shared + a, shared + b)) === expected;
      }),
    );
  });

  it.each([
    ['', -1],
    ['a\u{1f600}b', -1],
    ['a\ud83d', 1],
    ['\ude00a', 0],
    ['\u{1f600}\ud83d\ud83d\ude00', 2],
  ])('finds the first lone surrogate of %j', (text, at) => {
    expect(loneSurrogateAt(text)).toBe(at);
  });
});
