import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { boundsOf, checkSelection, compareUtf8, isSelected, type KeySelection } from '../src/index.ts';

const key = fc
  .array(fc.constantFrom('a', 'b', '/', '\ud7ff', '\ue000', '\uffff', '\u{10000}', '\u{10ffff}'), {
    minLength: 1,
    maxLength: 4,
  })
  .map((letters) => letters.join(''));
const selection: fc.Arbitrary<KeySelection> = fc.oneof(
  key.map((one) => ({ key: one })),
  fc.oneof(key, fc.constant('')).map((prefix) => ({ prefix })),
  fc.tuple(key, fc.option(key)).map(([from, to]) => ({ from, to })),
);

describe('a selection of keys', () => {
  it('holds the keys between its bounds, and no others', () => {
    fc.assert(
      fc.property(selection, key, (selected, one) => {
        const { from, to } = boundsOf(selected);
        const isBetween = compareUtf8(one, from) >= 0 && (to === null || compareUtf8(one, to) < 0);
        expect(isSelected(one, selected)).toBe(isBetween);
      }),
      { numRuns: 5000 },
    );
  });

  it.each<[string, KeySelection, string]>([
    ['a key that is empty', { key: '' }, 'InvalidKey'],
    ['a prefix with a control character', { prefix: 'a\n' }, 'InvalidKey'],
    ['a range that begins with nothing', { from: '', to: 'a' }, 'InvalidKey'],
    ['a range whose end is too large', { from: 'a', to: 'k'.repeat(1025) }, 'KeyTooLarge'],
    ['a range that ends before it begins', { from: '\u{10000}', to: '\uffff' }, 'InvalidRange'],
    ['a range that ends where it begins', { from: 'a', to: 'a' }, 'InvalidRange'],
  ])('is refused if it is %s', (_what, selected, code) => {
    expect(() => checkSelection(selected)).toThrow(expect.objectContaining({ code }));
  });

  it('may be a key, all keys, or a range without end', () => {
    for (const selected of [
      { key: 'a' },
      { prefix: '' },
      { from: '\uffff', to: '\u{10000}' },
      { from: 'a', to: null },
    ]) {
      checkSelection(selected);
    }
  });
});
