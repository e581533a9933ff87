import { expect, test } from 'vitest';
import { Bits } from '../src/bits.ts';
import { VisitedPlaces } from '../src/visited-places.ts';

const used = (...bits: readonly number[]): Int32Array => {
  const set = new Bits(64);
  for (const bit of bits) set.add(bit);
  return set.words;
};

test('a place is known by its key, and by having used up no less', () => {
  const places = new VisitedPlaces(2, 2);
  const key = Int32Array.of(1, 2);
  expect(places.add(key, used(3, 40))).toBe(true);
  expect(places.add(key, used(3, 40))).toBe(false);
  expect(places.add(key, used(3, 40, 50))).toBe(false);
  expect(places.add(key, used(3, 41))).toBe(true);
  expect(places.add(key, used(40))).toBe(true);
  expect(places.add(key, used(0, 40))).toBe(false);
  expect(places.add(Int32Array.of(2, 1), used(3, 40))).toBe(true);
});

test('no place is lost as they become many', () => {
  const places = new VisitedPlaces(2, 0);
  const keys = Array.from({ length: 20_000 }, (_, turn) => Int32Array.of(turn >> 7, turn & 127));
  expect(keys.filter((key) => !places.add(key, used().slice(0, 0)))).toEqual([]);
  expect(keys.filter((key) => places.add(key, used().slice(0, 0)))).toEqual([]);
});
