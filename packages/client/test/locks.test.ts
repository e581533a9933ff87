import { describe, expect, it } from 'vitest';
import type { HeldLock, Leadership, Store } from '../src/index.ts';
import { codeOf, TestBus, until } from './support/bus.ts';
import type { FakeNode } from './support/fake-node.ts';
import { StoreOfNodes } from './support/store-node.ts';

interface Cluster {
  readonly n1: FakeNode;
  readonly nodes: StoreOfNodes;
  /** Another program's store. */
  readonly open: () => Promise<Store>;
  readonly store: Store;
}

/** A node that leads, and tells of changes. */
async function start(): Promise<Cluster> {
  const bus = await TestBus.start();
  const nodes = new StoreOfNodes();
  const n1 = await bus.node('n1', nodes.behaviour('n1'));
  nodes.onChanged = (tokens) => n1.change(tokens);
  return { n1, nodes, open: () => bus.store(), store: await bus.store() };
}

const lostOf = (held: Pick<HeldLock, 'lost'>): Promise<unknown> =>
  new Promise((resolve) => {
    if (held.lost.aborted) resolve(held.lost.reason);
    else held.lost.addEventListener('abort', () => resolve(held.lost.reason));
  });

/** How many wait for a lock. */
async function waiters(store: Store, name: string): Promise<number> {
  const found: string[] = [];
  for await (const { key } of store.keys({ prefix: `${name}/waiting/` })) found.push(key);
  return found.length;
}

async function untilWaiting(store: Store, name: string, count: number): Promise<void> {
  while ((await waiters(store, name)) < count) await new Promise((resolve) => setTimeout(resolve, 5));
}

describe('a lock', () => {
  it('is a key that goes with a lease, and a fence that bears its revision', async () => {
    const { store } = await start();
    const lock = await store.lock('/lock', { value: 'host 1' });
    const entry = await store.get('/lock');
    expect(entry).toMatchObject({ createRevision: lock.token, lease: 1n });
    expect(new TextDecoder().decode(entry?.value)).toBe('host 1');
    expect(await store.put('/a', 'x', { fence: lock })).toMatchObject({ revision: 2n });
    await lock.release();
    await lock.release();
    expect(await store.get('/lock')).toBeNull();
    expect(lock.lost.aborted).toBe(false);
    const refused = [
      () => store.put('/a', 'y', { fence: lock }),
      () => store.delete('/a', { fence: lock }),
      () => store.txn({ then: [{ op: 'put', key: '/a', value: 'y' }] }, { fence: lock }),
      () => store.txn({ then: [{ op: 'txn', then: [{ op: 'put', key: '/a', value: 'y', fence: lock }] }] }),
      () => store.compact({ fence: lock }),
      () => store.setRetention({ maxAgeMs: 1, maxVersions: null }, { fence: lock }),
    ];
    for (const write of refused) expect(await codeOf(write())).toBe('LockLost');
  });

  it('goes to those who wait in the order in which they came, and never to two', async () => {
    const { store, open } = await start();
    const got: number[] = [];
    let holders = 0;
    const first = await store.lock('/lock');
    const others = [1, 2, 3].map(async (one) => {
      // Each comes when the one before it stands in line.
      await untilWaiting(store, '/lock', one - 1);
      const lock = await (await open()).lock('/lock');
      holders += 1;
      expect(holders).toBe(1);
      got.push(one);
      holders -= 1;
      await lock.release();
    });
    await untilWaiting(store, '/lock', 3);
    expect(got).toEqual([]);
    await first.release();
    await Promise.all(others);
    expect(got).toEqual([1, 2, 3]);
    expect(await waiters(store, '/lock')).toBe(0);
  });

  it('is not to be had in time while another holds it, and nobody stands in line after that', async () => {
    const { store, open, nodes } = await start();
    await store.lock('/lock');
    const other = await open();
    expect(await other.lock('/free', { waitMs: 0 })).toMatchObject({ lock: '/free' });
    expect(await codeOf(other.lock('/lock', { waitMs: 0 }))).toBe('LockHeld');
    expect(await codeOf(other.lock('/lock', { waitMs: 50 }))).toBe('LockHeld');
    expect(await waiters(store, '/lock')).toBe(0);
    expect(nodes.commands.filter(({ kind }) => kind === 'revokeLease')).toHaveLength(2);
  });

  it.each([
    ['waits for it', '/lock/waiting/99'],
    ['holds it', '/lock'],
  ])('is not taken past another who %s since it was looked at', async (_what, key) => {
    const { store, nodes, n1 } = await start();
    let isLooked = false;
    n1.behave((request) => {
      const reply = nodes.answer(request, 'n1');
      // Both looks are answered before the transaction comes.
      if (request.endpoint === 'list' && !isLooked) {
        isLooked = true;
        nodes.apply({ kind: 'put', key, value: new Uint8Array() });
      }
      return reply;
    });
    expect(await codeOf(store.lock('/lock', { waitMs: 0 }))).toBe('LockHeld');
    expect((await store.get('/lock'))?.lease ?? null).toBeNull();
    // Nor is it taken past one that is seen.
    expect(await codeOf(store.lock('/lock', { waitMs: 0 }))).toBe('LockHeld');
  });

  it('is not waited for any more when its signal says so', async () => {
    const { store, open } = await start();
    await store.lock('/lock');
    const waiting = new AbortController();
    const other = (await open()).lock('/lock', { signal: waiting.signal });
    await untilWaiting(store, '/lock', 1);
    waiting.abort(new Error('no more'));
    await expect(other).rejects.toThrow('no more');
    expect(await waiters(store, '/lock')).toBe(0);
  });

  it('goes to the next when its holder is silent for its time, and the holder hears of it', async () => {
    const { store, open, nodes } = await start();
    const lock = await store.lock('/lock', { ttlMs: 60_000 });
    const next = (await open()).lock('/lock', { ttlMs: 3_600_000 });
    await untilWaiting(store, '/lock', 1);
    nodes.pass(60_000);
    const other = await next;
    expect(await lostOf(lock)).toMatchObject({ code: 'LockLost', lock: '/lock', token: lock.token });
    expect(other.token).toBeGreaterThan(lock.token);
    expect(await codeOf(store.put('/a', 'x', { fence: lock }))).toBe('LockLost');
    expect(await store.put('/a', 'x', { fence: other })).toHaveProperty('revision');
  });

  it('is lost when somebody removes its key', async () => {
    const { store, open, nodes } = await start();
    const lock = await store.lock('/lock');
    await (await open()).delete('/lock');
    expect(await lostOf(lock)).toMatchObject({ code: 'LockLost', actual: 0n });
    // Its lease is of no use to anybody.
    await until(() => nodes.commands.some(({ kind }) => kind === 'revokeLease'));
  });

  it('is lost when somebody puts its key without its lease, with which it would not end, and is free again', async () => {
    const { store, open } = await start();
    const lock = await store.lock('/lock');
    const other = await open();
    await other.put('/lock', 'hello');
    expect(await lostOf(lock)).toMatchObject({ code: 'LockLost' });
    await lock.release();
    expect(await other.get('/lock')).toBeNull();
    expect(await other.lock('/lock', { waitMs: 0 })).toMatchObject({ lock: '/lock' });
  });

  it('is lost when its store is closed, which cannot keep it', async () => {
    const { open } = await start();
    const store = await open();
    const lock = await store.lock('/lock');
    await store.close();
    expect(await lostOf(lock)).toMatchObject({ code: 'StoreClosed' });
  });

  it.each([
    ['', {}, 'InvalidKey'],
    ['/lock', { ttlMs: 5 }, 'InvalidLease'],
    ['/lock', { waitMs: -1 }, 'InvalidRequest'],
    ['/lock', { owner: '' }, 'InvalidLease'],
  ] as const)('%j with %j is refused', async (name, options, code) => {
    const { store } = await start();
    expect(await codeOf(store.lock(name, options))).toBe(code);
  });
});

describe('a semaphore', () => {
  it('has as many holders as it has permits, each with a fence of its own', async () => {
    const { store, open } = await start();
    const [one, two] = [await store.semaphore('/pool', 2), await store.semaphore('/pool', 2)];
    expect([one.lock, two.lock]).toEqual(['/pool/slot/1', '/pool/slot/2']);
    expect(await codeOf(store.semaphore('/pool', 2, { waitMs: 0 }))).toBe('LockHeld');
    const third = (await open()).semaphore('/pool', 2);
    await untilWaiting(store, '/pool', 1);
    await one.release();
    const got = await third;
    expect(got.lock).toBe('/pool/slot/1');
    expect(await codeOf(store.put('/a', 'x', { fence: one }))).toBe('LockLost');
    for (const fence of [two, got]) expect(await store.put('/a', 'x', { fence })).toHaveProperty('revision');
  });

  it('has one permit at least', async () => {
    const { store } = await start();
    expect(await codeOf(store.semaphore('/pool', 0))).toBe('InvalidRequest');
  });
});

describe('an election', () => {
  const text = (value: Uint8Array | undefined): string | null =>
    value === undefined ? null : new TextDecoder().decode(value);

  it('elects one at a time, and shows who that is to those who observe', async () => {
    const { store, open } = await start();
    const seen: (string | null)[] = [];
    const watching = new AbortController();
    const observed = (async () => {
      for await (const leader of store.election('/boss').observe({ signal: watching.signal })) {
        seen.push(leader === null ? null : text(leader.value));
      }
    })();
    await until(() => seen.length === 1);
    const first: Leadership = await store.election('/boss').campaign('one');
    await until(() => seen.at(-1) === 'one');
    await first.proclaim('one, at port 2');
    await until(() => seen.at(-1) === 'one, at port 2');
    const second = (await open()).election('/boss').campaign('two');
    await untilWaiting(store, '/boss', 1);
    expect(await store.election('/boss').leader()).toMatchObject({ token: first.token });
    await first.resign();
    const elected = await second;
    await until(() => seen.at(-1) === 'two');
    expect(elected.token).toBeGreaterThan(first.token);
    expect(await codeOf(first.proclaim('still me'))).toBe('LockLost');
    watching.abort(new Error('enough'));
    await expect(observed).rejects.toThrow('enough');
  });
});
