import { expect, it } from 'vitest';
import { keyChangeToJson, type Store } from '../src/index.ts';
import { codeOf, TestBus } from './support/bus.ts';
import { storeBehaviour } from './support/store-node.ts';

async function start(): Promise<Store> {
  const bus = await TestBus.start();
  await bus.node('n1', storeBehaviour('n1'));
  return await bus.store();
}

async function all<Item>(items: AsyncIterable<Item>): Promise<readonly Item[]> {
  const found: Item[] = [];
  for await (const item of items) found.push(item);
  return found;
}

const textOf = (bytes: Uint8Array | undefined): string => new TextDecoder().decode(bytes);

it('reads keys as they were', async () => {
  const store = await start();
  await store.put('/a', 'one');
  await store.put('/a', 'two');
  await store.put('/b', 'one');
  await store.delete('/a');
  expect(textOf((await store.get('/a', { revision: 1n }))?.value)).toBe('one');
  expect(textOf((await store.get('/a', { revision: 3n }))?.value)).toBe('two');
  expect(await store.get('/a', { revision: 4n })).toBeNull();
  const keysAt = async (revision: bigint): Promise<unknown> =>
    (await all(store.list({ prefix: '/', revision }))).map(({ key, version }) => `${key} ${version}`);
  expect(await keysAt(1n)).toEqual(['/a 1']);
  expect(await keysAt(3n)).toEqual(['/a 2', '/b 1']);
  expect(await keysAt(4n)).toEqual(['/b 1']);
  expect(await all(store.keys({ from: '/a', to: '/b', revision: 2n }))).toEqual([
    { key: '/a', createRevision: 1n, modRevision: 2n, version: 2n, lease: null, contentType: null },
  ]);
  expect(await codeOf(store.get('/a', { revision: 5n }))).toBe('RevisionNotWritten');
  expect(await codeOf(store.get('/a', { revision: 0n }))).toBe('InvalidRevision');
});

it('lists a store that changes as it was when the list began, if that is asked for', async () => {
  const store = await start();
  for (const key of ['/a', '/b', '/c']) await store.put(key, 'before');
  const seen: string[] = [];
  for await (const { key, value } of store.list({ pageLimit: 1, atOneRevision: true })) {
    seen.push(`${key} ${textOf(value)}`);
    await store.put('/b', 'after');
    await store.delete('/c');
  }
  expect(seen).toEqual(['/a before', '/b before', '/c before']);
});

it('tells what became of a key, from the newest change on, page by page', async () => {
  const store = await start();
  for (const value of ['one', 'two', 'three']) await store.put('/a', value, { contentType: 'text/plain' });
  await store.delete('/a');
  await store.put('/a', 'four');
  const changes = await all(store.history('/a', { pageLimit: 2 }));
  expect(changes.map((change) => (change.op === 'put' ? textOf(change.value ?? undefined) : change.op))).toEqual([
    'four',
    'delete',
    'three',
    'two',
    'one',
  ]);
  expect(changes.map(keyChangeToJson).slice(1, 3)).toEqual([
    { op: 'delete', revision: '4', index: '4', time: '2023-11-14T22:13:20.000004Z' },
    {
      op: 'put',
      value: 'three',
      revision: '3',
      createRevision: '1',
      version: '3',
      contentType: 'text/plain',
      index: '3',
      time: '2023-11-14T22:13:20.000003Z',
    },
  ]);
  expect((await all(store.history('/a', { before: 3n }))).map(({ revision }) => revision)).toEqual([2n, 1n]);
  expect(await all(store.history('/none'))).toEqual([]);
});

it('tells who made a change, if the store was told who it is', async () => {
  const bus = await TestBus.start();
  await bus.node('n1', storeBehaviour('n1'));
  const anna = await bus.store({ client: 'anna@web1', sessions: true });
  const nobody = await bus.store();
  await anna.put('/a', 'one');
  await nobody.put('/a', 'two');
  await anna.txn({ then: [{ op: 'delete', key: '/a' }] });
  const changes = await all(nobody.history('/a'));
  expect(changes.map(({ client }) => client)).toEqual(['anna@web1', null, 'anna@web1']);
  expect(changes.map((change) => keyChangeToJson(change).client)).toEqual(['anna@web1', undefined, 'anna@web1']);
  expect(await codeOf(bus.store({ client: 'a\nb' }))).toBe('InvalidCommand');
});

it('forgets what it is told to, and says what is left', async () => {
  const store = await start();
  for (const value of ['one', 'two', 'three']) await store.put('/a', value);
  expect(await store.historyState()).toMatchObject({
    retention: { maxAgeMs: 86_400_000, maxVersions: null },
    oldestRevision: 1n,
    revision: 3n,
    stateHash: expect.stringMatching(/^[0-9a-f]{14}$/),
  });
  expect(await store.compact({ revision: 3n })).toEqual({ oldestRevision: 3n });
  await expect(store.get('/a', { revision: 2n })).rejects.toMatchObject({
    code: 'RevisionCompacted',
    details: { revision: '2', oldestRevision: '3' },
  });
  expect(textOf((await store.get('/a', { revision: 3n }))?.value)).toBe('three');
  expect(await all(store.history('/a'))).toHaveLength(1);
  expect(await codeOf(store.compact({ revision: 9n }))).toBe('RevisionNotWritten');

  await store.setRetention({ maxAgeMs: null, maxVersions: 5 });
  expect((await store.historyState()).retention).toEqual({ maxAgeMs: null, maxVersions: 5 });
  expect(await codeOf(store.setRetention({ maxAgeMs: null, maxVersions: 0 }))).toBe('InvalidRetention');
});
