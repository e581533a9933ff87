import { expect, it } from 'vitest';
import { QuotaExceeded, type Store } from '../src/index.ts';
import { codeOf, TestBus } from './support/bus.ts';
import { StoreOfNodes } from './support/store-node.ts';

async function start(): Promise<Store> {
  const bus = await TestBus.start();
  await bus.node('n1', new StoreOfNodes().behaviour('n1'));
  return bus.store();
}

it('are set, listed and deleted, and refuse what would be too much with the figures', async () => {
  const store = await start();
  await store.put('/a/1', 'x');
  const quota = { prefix: '/a/', maxKeys: 2, maxBytes: null, keys: 1, bytes: 5, isCounted: true };
  expect(await store.quotas.set('/a/', { maxKeys: 2 })).toEqual(quota);
  expect(await store.quotas.list()).toEqual([quota]);
  await store.put('/a/2', 'x');
  const error = await store.put('/a/3', 'x').catch((failure: unknown) => failure);
  expect(error).toBeInstanceOf(QuotaExceeded);
  expect(error).toMatchObject({ prefix: '/a/', what: 'keys', actual: 3, limit: 2 });
  expect(await store.quotas.delete('/a/')).toEqual({ deleted: true });
  await store.put('/a/3', 'x');
  expect(await store.quotas.list()).toEqual([]);
});

it('count what there is in as many requests as that takes, and tell how far they are', async () => {
  const store = await start();
  const writes = Array.from({ length: 1_500 }, (_, at) => store.put(`/a/${at}`, 'x'));
  await Promise.all(writes);
  const counts: number[] = [];
  const quota = await store.quotas.set('', { maxBytes: 1_000_000 }, { onProgress: (keys) => counts.push(keys) });
  expect(quota).toMatchObject({ keys: 1_500, isCounted: true });
  expect(counts).toEqual([1_000]);
});

it('are refused with what is wrong with them', async () => {
  const store = await start();
  expect(await codeOf(store.quotas.set('/a/', {}))).toBe('InvalidQuota');
  expect(await codeOf(store.quotas.set('/a/', { maxKeys: -1 }))).toBe('InvalidQuota');
  expect(await codeOf(store.quotas.delete('/a\n'))).toBe('InvalidKey');
});
