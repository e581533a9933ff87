import fc from 'fast-check';
import { expect, it } from 'vitest';
import { StateHash } from '../src/state-hash/state-hash.ts';
import { bytesOf } from './json-codec.ts';
import { StoreFixture } from './store-fixture.ts';

const hashOf = (step: (hash: StateHash) => void, from = 0): number => {
  const hash = new StateHash(from);
  step(hash);
  return hash.value;
};

it('gives counters, and tells bytes, texts and numbers apart that differ in anything', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 40 }), fc.nat(), fc.integer({ min: 1, max: 255 }), (bytes, drawn, flip) => {
      const whole = hashOf((hash) => hash.bytes(bytes));
      expect(Number.isSafeInteger(whole) && whole >= 0).toBe(true);
      expect(hashOf((hash) => hash.bytes(bytes.slice()))).toBe(whole);
      const other = bytes.slice();
      if (other.length > 0) other[drawn % other.length] = (other[drawn % other.length] ?? 0) ^ flip;
      const changed = other.length > 0 ? other : new Uint8Array(1);
      expect(hashOf((hash) => hash.bytes(changed))).not.toBe(whole);
      expect(hashOf((hash) => hash.bytes(new Uint8Array([...bytes, 0])))).not.toBe(whole);
      expect(hashOf((hash) => hash.bytes(bytes), 1)).not.toBe(whole);
    }),
  );
  const texts = ['', '\u0000', 'a', 'aa', 'a\u0000', 'b', 'é', '\uffee', '\u{1f600}', 'k'.repeat(1024)];
  expect(new Set(texts.map((text) => hashOf((hash) => hash.text(text)))).size).toBe(texts.length);
  const numbers = [0, 1, 2 ** 32 - 1, 2 ** 32, 2 ** 53 - 1];
  expect(new Set(numbers.map((number) => hashOf((hash) => hash.counter(number)))).size).toBe(numbers.length);
});

it('spreads over all of its bits', () => {
  const seen = new Set<number>();
  const ones = new Array<number>(53).fill(0);
  let value = 0;
  for (let at = 0; at < 20_000; at += 1) {
    value = hashOf((hash) => hash.counter(at), value);
    seen.add(value);
    for (const [bit] of ones.entries()) ones[bit] = (ones[bit] ?? 0) + (Math.floor(value / 2 ** bit) % 2);
  }
  expect(seen.size).toBe(20_000);
  for (const count of ones) expect(Math.abs(count - 10_000)).toBeLessThan(500);
});

it('is the same in stores with the same past, and another after any other past', () => {
  const stores = [
    ['/a', 'one'],
    ['/a', 'two'],
    ['/b', 'one'],
  ].map(([key = '', value = '']) => {
    const fixture = new StoreFixture();
    fixture.put(key, bytesOf(value));
    fixture.put('/c', bytesOf('last'));
    return fixture;
  });
  const again = new StoreFixture();
  again.put('/a', bytesOf('one'));
  again.delete('/none');
  again.put('/c', bytesOf('last'));
  expect(again.store.stateHash).toBe(stores[0]?.store.stateHash);
  expect(new Set(stores.map(({ store }) => store.stateHash)).size).toBe(3);
  again.delete('/c');
  again.put('/c', bytesOf('last'));
  expect(again.store.stateHash).not.toBe(stores[0]?.store.stateHash);
});
