import { isSelected } from '@quorate/config-store';
import { commandBody, encodeAnswer, encodeResult, queryBody } from '@quorate/wire';
import { expect, it } from 'vitest';
import { NoLeader, Unformed } from '../src/errors.ts';
import { codeOf, errorOf, TestBus } from './support/bus.ts';
import { getReply, ok, putReply, refusal } from './support/fake-node.ts';

it('puts, gets, deletes and lists', async () => {
  const bus = await TestBus.start();
  const node = await bus.node('n1', ({ endpoint }) => {
    if (endpoint === 'put') return putReply(8);
    if (endpoint === 'delete') return ok(encodeResult({ kind: 'delete', revision: 9, deleted: true }));
    return getReply('text');
  });
  const store = await bus.store();

  expect(await store.put('/a', 'äöü', { ifRevision: 7n })).toEqual({ revision: 8n });
  expect(await store.delete('/a')).toEqual({ revision: 9n, deleted: true });
  const value = new Uint8Array([...'text'].map((character) => character.charCodeAt(0)));
  const entry = await store.get('/a');
  expect(entry).toEqual({
    key: '/a',
    value,
    createRevision: 3n,
    modRevision: 7n,
    version: 2n,
    lease: null,
    contentType: null,
  });
  // It is a copy of its own: a small value does not keep a large reply in memory.
  expect(entry?.value.buffer.byteLength).toBe(4);
  node.behave(() => getReply(null));
  expect(await store.get('/a')).toBeNull();

  const bodies = node.requests.map(({ body }) => body);
  const none = new Uint8Array();
  const written = new Uint8Array([0xc3, 0xa4, 0xc3, 0xb6, 0xc3, 0xbc]);
  expect(commandBody('put', bodies[0] ?? none)).toEqual({ kind: 'put', key: '/a', value: written, ifRevision: 7 });
  expect(commandBody('delete', bodies[1] ?? none)).toEqual({ kind: 'delete', key: '/a' });
  expect(queryBody('get', bodies[2] ?? none)).toEqual({ kind: 'get', key: '/a', revision: null });
});

it('asks any node for what it has by itself, or the one that is named, also when it knows the leader', async () => {
  const bus = await TestBus.start();
  const node = await bus.node('n1', ({ endpoint }) =>
    endpoint === 'get'
      ? getReply('text', 'n1')
      : ok(encodeAnswer({ kind: 'list', entries: [], nextAfter: null, revision: 5, appliedIndex: 6 }), 'n1'),
  );
  const store = await bus.store();
  await store.get('/a');
  await store.get('/a', { consistency: 'linearizable' });
  await store.get('/a', { consistency: 'local' });
  await store.get('/a', { consistency: 'local', node: 'n1' });
  await store.get('/a', { consistency: 'bounded', maxStalenessMs: 250, minRevision: 7n });
  await store.get('/a', { consistency: 'readIndex' });
  for await (const page of store.list({ consistency: 'local' }).pages())
    expect(page).toMatchObject({ appliedIndex: 6n });
  expect(node.requests.map(({ via, read: { consistency } }) => `${consistency} ${via}`)).toEqual([
    'linearizable anyNode',
    'linearizable node',
    'local anyNode',
    'local node',
    'bounded anyNode',
    'readIndex node',
    'local anyNode',
  ]);
  expect(node.requests[4]?.read).toEqual({ consistency: 'bounded', maxStalenessMs: 250, minRevision: 7 });
});

it('tells at which revision a key was read, also of one that does not exist', async () => {
  const bus = await TestBus.start();
  const node = await bus.node('n1', () => getReply('text'));
  const store = await bus.store();
  expect(await store.read('/a')).toMatchObject({ entry: { modRevision: 7n }, revision: 9n, appliedIndex: 12n });
  node.behave(() => getReply(null));
  expect(await store.read('/a')).toEqual({ entry: null, revision: 9n, appliedIndex: 12n });
});

const written = { createRevision: 1, modRevision: 1, version: 1, lease: null, contentType: null };

it('lists page after page, each from where the last one ended', async () => {
  const bus = await TestBus.start();
  const keys = ['/app/a', '/app/b', '/app/c', '/app/d', '/app/e'];
  const node = await bus.node('n1', ({ body }) => {
    const query = queryBody('list', body);
    if (query.kind !== 'list') return null;
    const after = keys.filter((key) => isSelected(key, query.keys) && key > (query.after ?? ''));
    const entries = after.slice(0, query.limit).map((key) => ({ key, value: Buffer.from(key), ...written }));
    const nextAfter = after.length > entries.length ? (entries.at(-1)?.key ?? null) : null;
    return ok(encodeAnswer({ kind: 'list', entries, nextAfter, revision: 5, appliedIndex: 5 }));
  });
  const store = await bus.store();

  const listed: string[] = [];
  for await (const { key } of store.list({ prefix: '/app/', pageLimit: 2 })) listed.push(key);
  expect(listed).toEqual(keys);
  expect(node.requests).toHaveLength(3);

  const pages: number[] = [];
  for await (const page of store.list({ prefix: '/app/', after: '/app/b', pageLimit: 2 }).pages()) {
    pages.push(page.entries.length);
    expect(page.revision).toBe(5n);
  }
  expect(pages).toEqual([2, 1]);
});

it('asks any node first, and then the leader that the reply named', async () => {
  const bus = await TestBus.start();
  const n1 = await bus.node('n1', () => putReply(1, 'n2'));
  const store = await bus.store();
  await store.put('/a', 'x');
  const n2 = await bus.node('n2', () => putReply(2, 'n2'));
  for (let count = 0; count < 5; count += 1) await store.put('/a', 'x');
  expect(n1.log).toEqual(['put anyNode']);
  expect(n2.log).toEqual(Array.from({ length: 5 }, () => 'put node'));
});

it('falls back to any node, at once, when the leader has left the bus', async () => {
  const bus = await TestBus.start();
  const n2 = await bus.node('n2', () => putReply(1, 'n2'));
  const store = await bus.store();
  await store.put('/a', 'x');
  await n2.stop();
  const n3 = await bus.node('n3', () => putReply(2, 'n3'));
  expect(await store.put('/a', 'x')).toEqual({ revision: 2n });
  expect(n3.log).toEqual(['put anyNode']);
  await store.put('/a', 'x');
  expect(n3.log).toEqual(['put anyNode', 'put node']);
});

it('goes elsewhere when the one that it takes for the leader knows of none', async () => {
  const bus = await TestBus.start();
  let deposed = false;
  const n2 = await bus.node('n2', ({ via }) => {
    if (!deposed) return putReply(1, 'n2');
    return via === 'node' ? refusal(new NoLeader()) : putReply(2, 'n3');
  });
  const store = await bus.store();
  await store.put('/a', 'x');
  deposed = true;
  expect(await store.put('/a', 'x')).toEqual({ revision: 2n });
  expect(n2.log).toEqual(['put anyNode', 'put node', 'put anyNode']);
});

it('asks the node that the caller names, and no other', async () => {
  const bus = await TestBus.start();
  const n1 = await bus.node('n1', ({ endpoint }) => (endpoint === 'put' ? putReply(1, 'n1') : getReply('n1', 'n1')));
  const n2 = await bus.node('n2', ({ endpoint }) => (endpoint === 'put' ? putReply(2, 'n1') : getReply('n2', 'n1')));
  const store = await bus.store();
  expect((await store.get('/a', { node: 'n2' }))?.value).toEqual(new Uint8Array(Buffer.from('n2')));
  expect(await store.put('/a', 'x', { node: 'n2' })).toEqual({ revision: 2n });
  expect(n2.log).toEqual(['get node', 'put node']);
  expect(n1.log).toEqual([]);

  const error = await errorOf(store.get('/a', { node: 'n9', timeoutMs: 200 }));
  expect(error).toMatchObject({ code: 'Unavailable', message: 'node n9 does not answer' });
  n2.behave(() => refusal(new Unformed({ node: 'n2' })));
  expect(await codeOf(store.get('/a', { node: 'n2' }))).toBe('Unformed');
});
