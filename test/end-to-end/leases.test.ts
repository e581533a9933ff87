import type { Store } from '@quorate/client';
import { expect, test } from 'vitest';
import { TestCluster } from '../support/cluster.ts';
import { eventually } from '../support/eventually.ts';

const ttlMs = 1_500;

/** Resolves with the revision of the change that removed a key. */
const removalOf = (store: Store, key: string): Promise<{ readonly revision: bigint; readonly index: bigint | null }> =>
  eventually(`${key} is removed`, async () => {
    for await (const change of store.history(key)) return change.op === 'delete' ? change : null;
    return null;
  });

/** The state of every node, which has to be one and the same. */
async function expectEqualStates(cluster: TestCluster, store: Store): Promise<void> {
  const { revision } = await store.historyState();
  const states = await Promise.all(
    cluster.ids.map((node) => store.historyState({ node, consistency: 'local', minRevision: revision })),
  );
  expect(new Set(states.map(({ stateHash }) => stateHash)).size).toBe(1);
}

test('a lease ends in its time though nobody writes, and takes its keys with it on all nodes', {
  timeout: 60_000,
}, async () => {
  const cluster = await TestCluster.start({ steady: true });
  const store = await cluster.connect();
  const beforeMs = performance.now();
  const { lease } = await store.leases.grant({ ttlMs });
  await store.put('/a', 'x', { lease });
  await store.txn({ then: [{ op: 'put', key: '/b', value: 'y', lease }] });
  const [a, b] = await Promise.all([removalOf(store, '/a'), removalOf(store, '/b')]);
  expect(performance.now() - beforeMs).toBeGreaterThanOrEqual(ttlMs);
  // All of it at one revision, by an entry of the leader's own.
  expect(a.revision).toBe(b.revision);
  for await (const entry of store.committed({ fromIndex: a.index ?? 0n })) {
    expect(entry).toMatchObject({ kind: 'noop', command: null });
    break;
  }
  await expect(store.leases.keepAlive(lease)).rejects.toMatchObject({ code: 'LeaseExpired' });
  await expectEqualStates(cluster, store);
});

test('leases outlive leaders that are killed: kept ones go on, the others have their time and end', {
  timeout: 120_000,
}, async () => {
  const cluster = await TestCluster.start();
  const store = await cluster.connect({ timeoutMs: 20_000 });
  const held = await store.leases.hold({ ttlMs: 3_000 });
  await store.put('/held', 'x', { lease: held.lease });
  for (let kill = 0; kill < 3; kill += 1) {
    const { lease } = await store.leases.grant({ ttlMs });
    await store.put('/left', 'x', { lease });
    const leader = await cluster.leader();
    await cluster.node(leader).end('SIGKILL');
    // The new leader knows the lease, and ends it.
    await removalOf(store, '/left');
    await cluster.restart(leader);
  }
  expect(held.lost.aborted).toBe(false);
  expect(await store.get('/held')).toMatchObject({ lease: held.lease });
  await held.release();
  expect(await store.get('/held')).toBeNull();
  await expectEqualStates(cluster, store);
});

test('a lock whose holder is gone goes to the next, and whatever the old holder still writes is refused', {
  timeout: 60_000,
}, async () => {
  const cluster = await TestCluster.start({ steady: true });
  const [one, other] = [await cluster.connect(), await cluster.connect()];
  const lock = await one.lock('/lock', { ttlMs, value: 'one' });
  await one.put('/protected', 'by one', { fence: lock });
  const next = other.lock('/lock', { value: 'other' });
  // As a process that was killed: nothing is released.
  await one.close();
  const held = await next;
  await expect(other.put('/protected', 'by one', { fence: lock })).rejects.toMatchObject({ code: 'LockLost' });
  await other.put('/protected', 'by the other', { fence: held });

  // The same for clients of any language.
  const ask = async (subject: string, request: unknown): Promise<unknown> =>
    (
      await cluster.plain.request(`quorate.main.api.config.${subject}`, JSON.stringify(request), { timeout: 10_000 })
    ).json();
  const fence = { lock: held.lock, token: String(held.token) };
  expect(await ask('put', { key: '/protected', value: 'x', fence })).toEqual({ revision: expect.any(String) });
  const old = { lock: lock.lock, token: String(lock.token) };
  expect(await ask('txn', { then: [{ op: 'delete', key: '/protected', fence: old }] })).toMatchObject({
    error: { code: 'LockLost', details: { lock: '/lock', token: old.token, actual: fence.token } },
  });
  const granted = await ask('lease', { op: 'grant', ttlMs: 60_000, owner: 'me' });
  expect(granted).toEqual({ lease: expect.any(String) });
  const lease = Object(granted).lease;
  expect(await ask('put', { key: '/leased', value: 'x', lease })).toEqual({ revision: expect.any(String) });
  expect(await ask('lease', { op: 'keep', lease })).toMatchObject({ error: { code: 'LeaseOfAnother' } });
  expect(await ask('lease', { op: 'keep', lease, owner: 'me' })).toEqual({ ttlMs: 60_000 });
  expect(await ask('leases', { after: String(Number(lease) - 1) })).toMatchObject({
    leases: [{ lease, ttlMs: 60_000, owner: 'me', keyCount: 1 }],
    more: false,
  });
  expect(await ask('lease', { op: 'revoke', lease, owner: 'me' })).toMatchObject({ deleted: 1 });
});
