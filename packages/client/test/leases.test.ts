import { expect, it } from 'vitest';
import type { Store } from '../src/index.ts';
import { codeOf, TestBus } from './support/bus.ts';
import { StoreOfNodes } from './support/store-node.ts';

async function start(): Promise<{ readonly nodes: StoreOfNodes; readonly store: Store }> {
  const bus = await TestBus.start();
  const nodes = new StoreOfNodes();
  await bus.node('n1', nodes.behaviour('n1'));
  return { nodes, store: await bus.store() };
}

async function all<Item>(items: AsyncIterable<Item>): Promise<readonly Item[]> {
  const found: Item[] = [];
  for await (const item of items) found.push(item);
  return found;
}

it('are granted, kept alive, listed and revoked', async () => {
  const { store, nodes } = await start();
  expect(await store.leases.grant({ ttlMs: 5_000, owner: 'me' })).toEqual({ lease: 1n });
  expect(await store.leases.grant({ ttlMs: 60_000 })).toEqual({ lease: 2n });
  await store.put('/a', 'x', { lease: 1n });
  await store.txn({ then: [{ op: 'put', key: '/b', value: 'y', lease: 1n }] });
  expect(await store.get('/b')).toMatchObject({ lease: 1n });
  expect(await store.leases.keepAlive(1n, { owner: 'me' })).toEqual({ ttlMs: 5_000 });
  const listed = await all(store.leases.list({ pageLimit: 1 }));
  expect(listed).toMatchObject([
    { lease: 1n, ttlMs: 5_000, owner: 'me', keyCount: 2 },
    { lease: 2n, ttlMs: 60_000, owner: null, keyCount: 0 },
  ]);
  expect(await store.leases.revoke(1n, { owner: 'me' })).toEqual({ revision: 3n, deleted: 2 });
  nodes.pass(60_000);
  expect(await all(store.leases.list())).toEqual([]);
});

it('are refused with what is wrong with them', async () => {
  const { store } = await start();
  await store.leases.grant({ ttlMs: 5_000, owner: 'me' });
  await store.leases.grant({ ttlMs: 5_000 });
  await store.leases.revoke(2n);
  const refused = [
    [() => store.leases.grant({ ttlMs: 5 }), 'InvalidLease'],
    [() => store.leases.keepAlive(0n), 'InvalidLease'],
    [() => store.leases.keepAlive(1n), 'LeaseOfAnother'],
    [() => store.leases.revoke(1n, { owner: 'you' }), 'LeaseOfAnother'],
    [() => store.leases.keepAlive(2n), 'LeaseExpired'],
    [() => store.leases.keepAlive(3n), 'UnknownLease'],
    [() => store.put('/a', 'x', { lease: 2n }), 'LeaseExpired'],
    [() => store.put('/a', 'x', { lease: 3n }), 'UnknownLease'],
    [() => store.put('/a', 'x', { lease: 0n }), 'InvalidLease'],
    [() => store.put('/a', 'x', { fence: { lock: '/l', token: 0n } }), 'InvalidFence'],
  ] as const;
  for (const [ask, code] of refused) expect(await codeOf(ask())).toBe(code);
});

it('are held for as long as their holder likes', async () => {
  const { store, nodes } = await start();
  const held = await store.leases.hold({ ttlMs: 60_000 });
  await store.put('/a', 'x', { lease: held.lease });
  expect(held.ttlMs).toBe(60_000);
  await held.release();
  expect(await store.get('/a')).toBeNull();
  // Nobody else knows its owner.
  expect(nodes.commands[0]).toMatchObject({ kind: 'grantLease', owner: expect.stringMatching(/^[0-9a-z]+$/) });
});
