import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import {
  type Command,
  ConfigStore,
  type ErrorData,
  keysTable,
  MAX_QUOTAS,
  MemoryTables,
  type Quota,
  type SetQuotaCommand,
} from '../src/index.ts';
import { bytesOf, jsonCodec } from './json-codec.ts';
import { StoreFixture } from './store-fixture.ts';

let fixture: StoreFixture;
beforeEach(() => {
  fixture = new StoreFixture();
});

const quota = (prefix: string, maxKeys: number | null, maxBytes: number | null = null): SetQuotaCommand => ({
  kind: 'setQuota',
  prefix,
  maxKeys,
  maxBytes,
});

const errorOf = (result: unknown): ErrorData | null =>
  typeof result === 'object' && result !== null && 'error' in result ? (result.error as ErrorData) : null;

const quotas = (): readonly Quota[] => fixture.ask({ kind: 'quotas' }).quotas;

const put = (key: string, value = 'v'): Command => ({ kind: 'put', key, value: bytesOf(value) });

describe('a quota', () => {
  it('refuses what would leave more keys than it allows, with the figures, and nothing is written', () => {
    expect(fixture.run(quota('/a/', 2))).toEqual({ kind: 'setQuota', keys: 0, bytes: 0, isCounted: true });
    for (const key of ['/a/1', '/a/2', '/b/1']) expect(fixture.run(put(key))).toMatchObject({ kind: 'put' });
    const { revision } = fixture.store;
    expect(errorOf(fixture.run(put('/a/3')))).toMatchObject({
      code: 'QuotaExceeded',
      details: { prefix: '/a/', what: 'keys', actual: 3, limit: 2 },
    });
    expect(fixture.store.revision).toBe(revision);
    expect(fixture.get('/a/3').entry).toBeNull();
    // Another value for a key that is there is no key more.
    expect(fixture.run(put('/a/1', 'other'))).toMatchObject({ kind: 'put' });
    expect(quotas()).toEqual([
      { prefix: '/a/', maxKeys: 2, maxBytes: null, keys: 2, bytes: 4 + 5 + 4 + 1, isCounted: true },
    ]);
    fixture.delete('/a/1');
    expect(fixture.run(put('/a/3'))).toMatchObject({ kind: 'put' });
  });

  it('refuses what would leave more bytes of keys and values than it allows; a smaller value passes, and any delete', () => {
    fixture.run(quota('/a/', null, 20));
    fixture.run(put('/a/1', 'x'.repeat(16)));
    expect(errorOf(fixture.run(put('/a/1', 'x'.repeat(17))))).toMatchObject({
      code: 'QuotaExceeded',
      details: { prefix: '/a/', what: 'bytes', actual: 21, limit: 20 },
    });
    fixture.run(quota('/a/', null, 5));
    expect(fixture.run(put('/a/1', 'x'.repeat(15)))).toMatchObject({ kind: 'put' });
    expect(errorOf(fixture.run(put('/a/2', '')))).toMatchObject({ code: 'QuotaExceeded' });
    expect(fixture.delete('/a/1')).toMatchObject({ deleted: true });
    expect(quotas()).toMatchObject([{ keys: 0, bytes: 0 }]);
  });

  it('counts a key by its bytes and not by its characters', () => {
    fixture.run(quota('', null, 100));
    fixture.run(put('/é', 'ü'));
    expect(quotas()).toMatchObject([{ prefix: '', keys: 1, bytes: 3 + 2 }]);
  });

  it('holds with all others whose prefix a key begins with', () => {
    fixture.run(quota('/a/', 3));
    fixture.run(quota('/a/b/', 1));
    fixture.run(put('/a/b/1'));
    expect(errorOf(fixture.run(put('/a/b/2')))).toMatchObject({ details: { prefix: '/a/b/', actual: 2 } });
    fixture.run(put('/a/1'));
    fixture.run(put('/a/2'));
    expect(errorOf(fixture.run(put('/a/3')))).toMatchObject({ details: { prefix: '/a/', actual: 4 } });
    fixture.delete('/a/b/1');
    expect(fixture.run(put('/a/b/2'))).toMatchObject({ kind: 'put' });
  });

  it('is asked of what a transaction leaves, and not of its steps', () => {
    fixture.run(quota('/a/', 2));
    const keys = ['/a/1', '/a/2', '/a/3'];
    const all = { kind: 'txn', compare: [], else: [], then: keys.map((key) => put(key)) } as Command;
    expect(errorOf(fixture.run(all))).toMatchObject({ code: 'QuotaExceeded', details: { actual: 3 } });
    fixture.run(put('/a/1'));
    fixture.run(put('/a/2'));
    const swap = {
      kind: 'txn',
      compare: [],
      then: [put('/a/3'), { kind: 'delete', keys: { key: '/a/1' } }],
      else: [],
    } as Command;
    expect(fixture.run(swap)).toMatchObject({ kind: 'txn', succeeded: true });
    expect(quotas()).toMatchObject([{ keys: 2 }]);
  });

  it('sees keys go with their lease', () => {
    fixture.run(quota('/a/', 1));
    fixture.run({ kind: 'grantLease', ttlMs: 5_000 });
    fixture.run({ kind: 'put', key: '/a/1', value: bytesOf('v'), lease: 1 });
    expect(errorOf(fixture.run(put('/a/2')))).toMatchObject({ code: 'QuotaExceeded' });
    fixture.run({ kind: 'revokeLease', lease: 1 });
    expect(quotas()).toMatchObject([{ keys: 0, bytes: 0 }]);
  });

  it('that is deleted holds no more; that there is none is fine', () => {
    fixture.run(quota('/a/', 0));
    expect(errorOf(fixture.run(put('/a/1')))).toMatchObject({ code: 'QuotaExceeded' });
    expect(fixture.run({ kind: 'deleteQuota', prefix: '/a/' })).toEqual({ kind: 'deleteQuota', deleted: true });
    expect(fixture.run({ kind: 'deleteQuota', prefix: '/a/' })).toEqual({ kind: 'deleteQuota', deleted: false });
    expect(fixture.run(put('/a/1'))).toMatchObject({ kind: 'put' });
    expect(quotas()).toEqual([]);
  });

  it.each([
    [quota('/a/', null, null), 'InvalidQuota'],
    [quota('/a/', -1), 'InvalidQuota'],
    [quota('/a/', 1.5), 'InvalidQuota'],
    [quota('/a/', 1, 2 ** 53), 'InvalidQuota'],
    [quota('/a\n', 1), 'InvalidKey'],
    [quota('x'.repeat(1025), 1), 'KeyTooLarge'],
  ])('%j is refused: %s', (command, code) => {
    expect(errorOf(fixture.run(command))).toMatchObject({ code });
  });

  it('is one of so many', () => {
    for (let at = 0; at < MAX_QUOTAS; at += 1) fixture.run(quota(`/${at}/`, 1));
    expect(errorOf(fixture.run(quota('/one-more/', 1)))).toMatchObject({
      code: 'TooManyQuotas',
      details: { limit: MAX_QUOTAS },
    });
    expect(fixture.run(quota('/0/', 2))).toMatchObject({ kind: 'setQuota' });
  });
});

describe('a quota over keys that exist', () => {
  const count = 3_000;
  const set = quota('/k/', 3_100);

  const fill = (): void => {
    for (let at = 0; at < count; at += 1) fixture.put(`/k/${10_000 + at}`, bytesOf('v'));
  };

  it('counts them some with each command, and holds when all are counted', () => {
    fill();
    expect(fixture.run(set)).toMatchObject({ keys: 1_000, isCounted: false });
    expect(quotas()).toMatchObject([{ isCounted: false }]);
    expect(fixture.run(set)).toMatchObject({ isCounted: false });
    expect(fixture.run(set)).toMatchObject({ keys: count, bytes: count * 9, isCounted: true });
  });

  it('goes on counting with whatever is written, and misses nothing that is written meanwhile, before or beyond the place that it has come to', () => {
    fill();
    fixture.run(set);
    fixture.put('/k/10000-more');
    fixture.put('/k/99999');
    fixture.put('/k/99998');
    fixture.delete('/k/10001');
    fixture.delete('/k/12999');
    for (let turn = 0; turn < 100; turn += 1) fixture.put('/other');
    expect(quotas()).toMatchObject([{ keys: count + 1, isCounted: true }]);
    for (let at = 0; at < 99; at += 1) expect(fixture.put(`/k/more-${at}`)).toMatchObject({ kind: 'put' });
    expect(errorOf(fixture.put('/k/one-too-many'))).toMatchObject({
      code: 'QuotaExceeded',
      details: { actual: 3_101, limit: 3_100 },
    });
  });
});

it('counts what there is, whatever is written, in whatever batches, and on a store that knows it from its tables alone', () => {
  const key = fc.constantFrom('/a/1', '/a/2', '/a/b/1', '/a/b/2', '/b/1', '/é');
  const value = fc.string({ maxLength: 12 }).map(bytesOf);
  const prefix = fc.constantFrom('', '/a/', '/a/b/', '/b/', '/a/1');
  const limit = fc.option(fc.nat({ max: 40 }));
  const command: fc.Arbitrary<Command> = fc.oneof(
    { weight: 6, arbitrary: fc.record({ kind: fc.constant('put' as const), key, value }) },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant('delete' as const), key }) },
    {
      weight: 2,
      arbitrary: fc
        .uniqueArray(fc.record({ key, value }), { maxLength: 4, selector: (one) => one.key })
        .map((puts) => ({
          kind: 'txn' as const,
          compare: [],
          then: puts.map((one) => ({ kind: 'put' as const, ...one })),
          else: [],
        })),
    },
    {
      weight: 2,
      arbitrary: fc
        .record({ prefix, maxKeys: limit, maxBytes: limit })
        .map((given) => ({ kind: 'setQuota' as const, ...given, maxKeys: given.maxKeys ?? 3 })),
    },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('deleteQuota' as const), prefix }) },
  );
  const batches = fc.array(fc.array(command, { minLength: 1, maxLength: 6 }), { maxLength: 12 });
  fc.assert(
    fc.property(batches, fc.boolean(), (all, reopens) => {
      const tables = new MemoryTables();
      const open = (): ConfigStore => new ConfigStore({ tables, codec: jsonCodec, stream: 'main.config' });
      let store = open();
      const single = new StoreFixture();
      for (const batch of all) {
        if (reopens) store = open();
        const entries = batch.map((one) => {
          const entry = single.entry(one);
          single.applyEntry(entry);
          return entry;
        });
        store.apply(entries);
        const rows = tables.range(keysTable, { limit: 100 });
        for (const one of single.ask({ kind: 'quotas' }).quotas) {
          const below = rows.filter((row) => row.key.startsWith(one.prefix));
          const bytes = below.reduce((sum, { key: name, row }) => sum + bytesOf(name).length + row.value.length, 0);
          expect(one).toMatchObject({ keys: below.length, bytes, isCounted: true });
        }
        expect(store.stateHash).toBe(single.store.stateHash);
      }
    }),
    { numRuns: 300 },
  );
});
