import fc from 'fast-check';
import { expect, it } from 'vitest';
import { type Command, keysTable } from '../src/index.ts';
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

/** Stores to which the same commands were applied, but for one of them, which the second did not get. */
function afterAllBut(commands: readonly Command[], missing: number): readonly [StoreFixture, StoreFixture] {
  const [whole, lacking] = [new StoreFixture(), new StoreFixture()];
  for (const [at, command] of commands.entries()) {
    const entry = whole.entry(command);
    whole.applyEntry(entry);
    const given = at === missing ? { ...entry, kind: 'noop' as const, command: new Uint8Array(0) } : entry;
    lacking.applyEntry(given);
  }
  return [whole, lacking];
}

const work: readonly Command[] = [
  { kind: 'openSession', ttlMs: 60_000 },
  { kind: 'grantLease', ttlMs: 60_000, owner: 'me' },
  { kind: 'put', key: '/a', value: bytesOf('one'), lease: 1 },
  { kind: 'delete', key: '/none', inSession: { session: 1, sequence: 1, floor: 0 } },
  { kind: 'keepSession', session: 1, floor: 1 },
  { kind: 'keepLease', lease: 1, owner: 'me' },
  { kind: 'setRetention', retention: { maxAgeMs: 1_000, maxVersions: null } },
  { kind: 'put', key: '/a', value: bytesOf('two') },
  { kind: 'compact', revision: 2 },
  { kind: 'revokeLease', lease: 1, owner: 'me' },
  { kind: 'closeSession', session: 1 },
];

it.each(work.map(({ kind }, at) => [kind, at] as const))('knows that %s was done (%i)', (_, at) => {
  const [whole, lacking] = afterAllBut(work, at);
  expect(lacking.store.stateHash).not.toBe(whole.store.stateHash);
  whole.put('/next', bytesOf('value'));
  lacking.put('/next', bytesOf('value'));
  // And it goes on in whatever comes.
  expect(lacking.store.stateHash).not.toBe(whole.store.stateHash);
});

it('is the same however entries are put together', () => {
  const single = new StoreFixture();
  const entries = [...work, ...work].map((command) => {
    const entry = single.entry(command);
    single.applyEntry(entry);
    return entry;
  });
  const together = new StoreFixture();
  together.store.apply(entries);
  expect(together.store.stateHash).toBe(single.store.stateHash);
  const halves = new StoreFixture();
  halves.store.apply(entries.slice(0, 7));
  halves.store.apply(entries.slice(7));
  expect(halves.store.stateHash).toBe(single.store.stateHash);
});

it('finds a key that went astray and that nobody writes to again, once the audit has come to it', () => {
  const [whole, astray] = [new StoreFixture(), new StoreFixture()];
  for (const fixture of [whole, astray])
    for (let at = 0; at < 100; at += 1) fixture.put(`/k/${100 + at}`, bytesOf('v'));
  astray.tables.transaction((writer) => {
    const row = writer.get(keysTable, '/k/150');
    if (row !== null) writer.put(keysTable, '/k/150', { ...row, value: bytesOf('w') });
  });
  const parted = (): boolean => astray.store.stateHash !== whole.store.stateHash;
  let revision = 100;
  for (; !parted() && revision < 1_000; revision += 1)
    for (const fixture of [whole, astray]) fixture.put('/x', bytesOf('v'));
  // 16 keys with every 64th revision: /k/150 is the 51st, and the first 16 were looked at before.
  expect(revision).toBe(256);
});
