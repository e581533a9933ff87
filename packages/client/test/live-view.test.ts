import { InvalidQuery } from '@quorate/config-store';
import { describe, expect, test } from 'vitest';
import type { LiveView, StateOrChanges, Store, ViewChange } from '../src/index.ts';
import { TestBus, until } from './support/bus.ts';
import { StoreOfNodes } from './support/store-node.ts';

/** A bus, and what its nodes keep: some keys. */
async function filledBus(keys: number): Promise<{ readonly bus: TestBus; readonly nodes: StoreOfNodes }> {
  const bus = await TestBus.start();
  const nodes = new StoreOfNodes();
  for (let at = 0; at < keys; at += 1) nodes.apply({ kind: 'put', key: `/a/${at}`, value: Buffer.from(`${at}`) });
  nodes.apply({ kind: 'put', key: '/other', value: Buffer.from('x') });
  return { bus, nodes };
}

/** A store on a bus with one node. */
async function filledStore(keys = 3): Promise<{ readonly store: Store; readonly nodes: StoreOfNodes }> {
  const { bus, nodes } = await filledBus(keys);
  await bus.node('n1', nodes.behaviour('n1'));
  return { store: await bus.store(), nodes };
}

async function take(iteration: AsyncIterableIterator<StateOrChanges>, count: number): Promise<StateOrChanges[]> {
  const taken: StateOrChanges[] = [];
  while (taken.length < count) {
    const { value, done } = await iteration.next();
    if (done === true) break;
    taken.push(value);
  }
  return taken;
}

const shown = (told: StateOrChanges): unknown =>
  told.kind === 'state'
    ? [told.revision, told.entries.map(({ key }) => key)]
    : [told.revision, told.changes.map(({ op, key }) => `${op} ${key}`)];

const textsOf = ({ entries }: LiveView): unknown =>
  Object.fromEntries([...entries].map(([key, { value }]) => [key, Buffer.from(value).toString()]));

describe('snapshotAndWatch', () => {
  test('gives the state at one revision, and then what each later one changes', async () => {
    const { store, nodes } = await filledStore();
    const iteration = store.snapshotAndWatch({ prefix: '/a/' });
    const [state] = await take(iteration, 1);
    expect(state && shown(state)).toEqual([4n, ['/a/0', '/a/1', '/a/2']]);
    nodes.apply({ kind: 'put', key: '/other', value: Buffer.from('y') });
    nodes.apply({ kind: 'delete', key: '/a/1' });
    nodes.apply({ kind: 'put', key: '/a/3', value: Buffer.from('3') });
    expect((await take(iteration, 2)).map(shown)).toEqual([
      [6n, ['delete /a/1']],
      [7n, ['put /a/3']],
    ]);
    await iteration.return?.();
  });

  test('has no gap where the state is larger than a page, and is changed while it is read', async () => {
    const { bus, nodes } = await filledBus(1_100);
    const answer = nodes.behaviour('n1');
    let pages = 0;
    await bus.node('n1', (request) => {
      if (request.endpoint === 'list') {
        pages += 1;
        nodes.apply({ kind: 'put', key: `/a/during/${pages}`, value: Buffer.from('x') });
      }
      return answer(request);
    });
    const store = await bus.store();
    const iteration = store.snapshotAndWatch({ prefix: '/a/' });
    const [state, changes] = await take(iteration, 2);
    if (state?.kind !== 'state') throw new Error('the first is no state');
    expect([pages, state.revision, state.entries.length]).toEqual([2, 1_102n, 1_101]);
    expect(changes && shown(changes)).toEqual([1_103n, ['put /a/during/2']]);
    await iteration.return?.();
  });

  test('gives the state once more when compaction was faster', async () => {
    const { store, nodes } = await filledStore();
    const iteration = store.snapshotAndWatch({ prefix: '/a/' });
    await take(iteration, 1);
    nodes.apply({ kind: 'delete', key: '/a/1' });
    nodes.apply({ kind: 'put', key: '/a/2', value: Buffer.from('two') });
    nodes.apply({ kind: 'compact', revision: 6 });
    expect((await take(iteration, 1)).map(shown)).toEqual([[6n, ['/a/0', '/a/2']]]);
    await iteration.return?.();
  });

  test('ends with return and with the store while it waits, and refuses what is no range at once', async () => {
    const { store } = await filledStore();
    const iteration = store.snapshotAndWatch();
    await take(iteration, 1);
    const pending = iteration.next();
    await iteration.return?.();
    expect(await pending).toEqual({ done: true, value: undefined });
    const other = store.snapshotAndWatch();
    await take(other, 1);
    const closed = other.next();
    await store.close();
    expect(await closed).toEqual({ done: true, value: undefined });
    expect(() => store.snapshotAndWatch({ to: '/a' })).toThrow(InvalidQuery);
    const unknown: object = { key: '/a/1' };
    expect(() => store.snapshotAndWatch(unknown)).toThrow(InvalidQuery);
  });
});

describe('liveView', () => {
  test('shows some keys as they stand, and tells what became of them', async () => {
    const { store, nodes } = await filledStore(2);
    const told: ViewChange[] = [];
    const view = await store.liveView({ prefix: '/a/', onChange: (change) => told.push(change) });
    expect([view.revision, textsOf(view)]).toEqual([3n, { '/a/0': '0', '/a/1': '1' }]);
    const then = [
      { kind: 'put', key: '/a/2', value: Buffer.from('two') },
      { kind: 'delete', keys: { key: '/a/0' } },
    ] as const;
    nodes.apply({ kind: 'txn', compare: [], then, else: [] });
    await until(() => told.length === 1);
    expect(told).toEqual([{ revision: 4n, keys: ['/a/2', '/a/0'] }]);
    expect([view.revision, textsOf(view)]).toEqual([4n, { '/a/1': '1', '/a/2': 'two' }]);
    expect(view.entries.get('/a/2')).toMatchObject({ modRevision: 4n, createRevision: 4n, version: 1n });

    await view.close();
    await view.ended;
    nodes.apply({ kind: 'delete', key: '/a/1' });
    expect(view.entries.has('/a/1')).toBe(true);
  });

  test('shows no value that was never written, where some are not kept', async () => {
    const { store, nodes } = await filledStore(1);
    nodes.apply({ kind: 'setRetention', retention: { maxAgeMs: null, maxVersions: 1 } });
    const shownValues: unknown[] = [];
    let view: LiveView | null = null;
    const opened = await store.liveView({
      prefix: '/a/',
      onChange: () => view !== null && shownValues.push(textsOf(view)),
    });
    view = opened;
    for (const value of ['b', 'c', 'd', 'e']) nodes.apply({ kind: 'put', key: '/a/0', value: Buffer.from(value) });
    await until(() => opened.revision === 6n);
    expect(shownValues.every((texts) => JSON.stringify(texts) !== '{"/a/0":""}')).toBe(true);
    expect(textsOf(opened)).toEqual({ '/a/0': 'e' });
    await opened.close();
  });

  test('tells by its end what its listener threw', async () => {
    const { store, nodes } = await filledStore();
    const view = await store.liveView({
      onChange: () => {
        throw new Error('not this one');
      },
    });
    nodes.apply({ kind: 'delete', key: '/a/1' });
    await expect(view.ended).rejects.toThrow('not this one');
  });
});
