import { expect, it } from 'vitest';
import { type Store, type Transaction, transactionFromJson, transactionResultToJson } from '../src/index.ts';
import { codeOf, TestBus } from './support/bus.ts';
import { storeBehaviour } from './support/store-node.ts';

async function start(): Promise<Store> {
  const bus = await TestBus.start();
  await bus.node('n1', storeBehaviour('n1'));
  return await bus.store();
}

const textOf = (bytes: Uint8Array | undefined): string => new TextDecoder().decode(bytes);

it('does what holds, or else the other, at one revision', async () => {
  const store = await start();
  await store.put('/stock/apples', '5');
  const { modRevision = 0n } = (await store.get('/stock/apples')) ?? {};
  const buy = {
    compare: [
      { key: '/stock/apples', modRevision },
      { key: '/orders/1', exists: false },
    ],
    then: [
      { op: 'put', key: '/stock/apples', value: '4' },
      { op: 'put', key: '/orders/1', value: '{}', contentType: 'application/json' },
    ],
    else: [
      { op: 'get', key: '/stock/apples' },
      { op: 'list', prefix: '/orders/' },
    ],
  } as const satisfies Transaction;
  expect(await store.txn(buy)).toEqual({ revision: 2n, succeeded: true, results: [{ op: 'put' }, { op: 'put' }] });
  const again = await store.txn(buy);
  expect(again).toMatchObject({ revision: 2n, succeeded: false });
  if (again.succeeded) throw new Error('it was done twice');
  // The types know what came of each operation.
  const [apples, orders] = again.results;
  expect(textOf(apples.entry?.value)).toBe('4');
  expect(orders.entries.map(({ key, contentType }) => [key, contentType])).toEqual([['/orders/1', 'application/json']]);
});

it('takes ranges, operators and transactions within', async () => {
  const store = await start();
  for (const key of ['/a/1', '/a/2', '/b/1']) await store.put(key, key);
  const result = await store.txn({
    compare: [
      { prefix: '/a/', version: 1n },
      { from: '/b', to: null, createRevision: { '>': 2n } },
      { key: '/a/1', value: { '<': '/a/2' } },
    ],
    then: [
      { op: 'delete', prefix: '/a/' },
      { op: 'txn', compare: [{ key: '/none', exists: true }], else: [{ op: 'put', key: '/nested', value: 'yes' }] },
    ],
  });
  expect(transactionResultToJson(result)).toEqual({
    revision: '4',
    succeeded: true,
    results: [
      { op: 'delete', deleted: 2 },
      { op: 'txn', succeeded: false, results: [{ op: 'put' }] },
    ],
  });
});

it('is refused before anything is sent', async () => {
  const store = await start();
  const put = { op: 'put', key: '/a', value: 'x' } as const;
  expect(await codeOf(store.txn({ then: [put, put] }))).toBe('KeyWrittenTwice');
  expect(await codeOf(store.txn({ then: Array(129).fill({ op: 'get', key: '/a' }) }))).toBe('TransactionTooLarge');
  const large = ['/a', '/b'].map((key) => ({ op: 'put', key, value: 'x'.repeat(500_000) }) as const);
  expect(await codeOf(store.txn({ then: large }))).toBe('TransactionTooLarge');
  const untyped: Transaction = JSON.parse('{"then":[{"op":"shred","key":"/a"}]}');
  expect(await codeOf(store.txn(untyped))).toBe('InvalidCommand');
  expect(await codeOf(store.txn(JSON.parse('{"compare":[{"key":"/a"}]}')))).toBe('InvalidCommand');
  expect(await store.get('/a')).toBeNull();
});

it('can be read from JSON', async () => {
  const store = await start();
  const transaction = transactionFromJson({
    compare: [{ key: '/a', version: 0 }],
    then: [{ op: 'put', key: '/a', valueBase64: '/w==' }],
  });
  expect((await store.txn(transaction)).succeeded).toBe(true);
  expect((await store.get('/a'))?.value).toEqual(new Uint8Array([0xff]));
  expect(() => transactionFromJson({ then: [{ op: 'put', key: '/a' }] })).toThrow(
    expect.objectContaining({ code: 'InvalidRequest', details: expect.objectContaining({ field: 'then[0].value' }) }),
  );
});
