import {
  type ChangePlace,
  InvalidKey,
  InvalidQuery,
  InvalidRevision,
  RevisionCompacted,
  type WatchedChange,
} from '@quorate/config-store';
import { type ApiReply, encodeWatchPage, Unavailable, type WatchRequest, watchBody } from '@quorate/wire';
import { describe, expect, test } from 'vitest';
import type { Store, WatchedRevision, WatchOptions } from '../src/index.ts';
import { errorOf, TestBus, until } from './support/bus.ts';
import { type Behaviour, idOf, ok, refusal } from './support/fake-node.ts';

/** A put of a key, as nodes tell of it. */
const put = (revision: number, key = '/a', ordinal = 0): WatchedChange => ({
  op: 'put',
  key,
  revision,
  ordinal,
  index: revision,
  timestampUs: revision,
  traceparent: null,
  previous: null,
  previousOmitted: false,
  value: Buffer.from(`${key} at ${revision}`),
  createRevision: 1,
  version: revision,
  lease: null,
  contentType: null,
});

const place = (revision: number, ordinal = 0): ChangePlace => ({ revision, ordinal });

const pageReply = (node: string, next: ChangePlace, changes: readonly WatchedChange[], clusterId = 'c1'): ApiReply =>
  ok(encodeWatchPage({ node: idOf(node), clusterId, revision: 100, next, changes }));

/** A node that gives `/a` at each revision, `size` of them a page, up to `end`; then it keeps the request. */
function gives(node: string, end: () => number, size = 2, asked: WatchRequest[] = []): Behaviour {
  return ({ endpoint, body }) => {
    if (endpoint === 'hello') return ok(new Uint8Array());
    if (endpoint !== 'watch') return null;
    const request = watchBody(body);
    asked.push(request);
    const { revision } = request.from;
    const last = Math.min(end(), revision + size - 1);
    if (last < revision) return null;
    const changes = Array.from({ length: last - revision + 1 }, (_, at) => put(revision + at));
    return pageReply(node, place(last + 1), changes);
  };
}

async function take(store: Store, options: WatchOptions, count: number, progress = false): Promise<WatchedRevision[]> {
  const taken: WatchedRevision[] = [];
  for await (const revision of store.watch(options).revisions({ progress })) {
    taken.push(revision);
    if (taken.length === count) break;
  }
  return taken;
}

const numbersOf = (revisions: readonly WatchedRevision[]): readonly number[] =>
  revisions.map(({ revision }) => Number(revision));

describe('watch', () => {
  test('goes on where each page ends, with the node that gave it', async () => {
    const bus = await TestBus.start();
    const asked: WatchRequest[] = [];
    const n1 = await bus.node(
      'n1',
      gives('n1', () => 7, 2, asked),
    );
    const store = await bus.store();
    const taken = await take(store, { prefix: '/', fromRevision: 3n, filter: 'put', previous: true }, 5);
    expect(numbersOf(taken)).toEqual([3, 4, 5, 6, 7]);
    expect(asked).toEqual(
      [3, 5, 7].map((revision) => ({
        keys: { prefix: '/' },
        from: place(revision),
        filter: 'put',
        withPrevious: true,
      })),
    );
    expect(n1.log).toEqual(['watch anyNode', 'watch node', 'watch node']);
  });

  test('goes on with another node when the one that it asks is gone', async () => {
    const bus = await TestBus.start();
    let end = 4;
    const n1 = await bus.node(
      'n1',
      gives('n1', () => 4),
    );
    const store = await bus.store();
    const taking = take(store, { fromRevision: 1n }, 8);
    await until(() => n1.log.length === 3);
    await bus.node(
      'n2',
      gives('n2', () => end),
    );
    await n1.stop();
    end = 8;
    expect(numbersOf(await taking)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
  });

  test('asks whoever takes it when the node that keeps the request does not say that it is there', {
    // Less than such a node may keep it.
    timeout: 15_000,
  }, async () => {
    const bus = await TestBus.start();
    const n1 = await bus.node('n1', (request) =>
      request.endpoint === 'hello' || request.via === 'node' ? null : gives('n1', () => 3)(request),
    );
    const store = await bus.store();
    expect(numbersOf(await take(store, { fromRevision: 1n }, 3))).toEqual([1, 2, 3]);
    expect(n1.log).toEqual(['watch anyNode', 'watch node', 'watch anyNode']);
  });

  test('goes on after the connection broke', async () => {
    const bus = await TestBus.start();
    const n1 = await bus.node(
      'n1',
      gives('n1', () => 2),
    );
    const store = await bus.store();
    const taking = take(store, { fromRevision: 1n }, 4);
    await until(() => n1.log.length === 2);
    await bus.stop();
    await bus.restart();
    await bus.node(
      'n1',
      gives('n1', () => 4),
    );
    expect(numbersOf(await taking)).toEqual([1, 2, 3, 4]);
  });

  test('gives a transaction that comes in parts as one', async () => {
    const bus = await TestBus.start();
    const parts: readonly ApiReply[] = [
      pageReply('n1', place(5, 1), [put(4), put(5, '/a', 0)]),
      pageReply('n1', place(5, 2), [put(5, '/b', 1)]),
      pageReply('n1', place(7), [put(5, '/c', 2), put(6)]),
    ];
    const asked: ChangePlace[] = [];
    await bus.node('n1', ({ endpoint, body }) => {
      if (endpoint !== 'watch') return ok(new Uint8Array());
      asked.push(watchBody(body).from);
      return parts[asked.length - 1] ?? null;
    });
    const store = await bus.store();
    const taken = await take(store, { fromRevision: 4n }, 3);
    expect(taken.map(({ revision, changes }) => [revision, changes.map(({ key }) => key)])).toEqual([
      [4n, ['/a']],
      [5n, ['/a', '/b', '/c']],
      [6n, ['/a']],
    ]);
    expect(asked).toEqual([place(4), place(5, 1), place(5, 2)]);
  });

  test('tells how far it has come, where that is asked for', async () => {
    const bus = await TestBus.start();
    const pages: readonly ApiReply[] = [
      pageReply('n1', place(5), []),
      pageReply('n1', place(8), [put(6)]),
      pageReply('n1', place(9), [put(8)]),
    ];
    let at = 0;
    await bus.node('n1', ({ endpoint }) => {
      if (endpoint !== 'watch') return ok(new Uint8Array());
      at += 1;
      return pages[at - 1] ?? null;
    });
    const store = await bus.store();
    const taken = await take(store, { fromRevision: 2n }, 4, true);
    expect(taken.map(({ revision, changes }) => [revision, changes.length])).toEqual([
      [4n, 0],
      [6n, 1],
      [7n, 0],
      [8n, 1],
    ]);
  });

  test('asks whoever takes it after a node had nothing for as long as it waited', async () => {
    const bus = await TestBus.start();
    const n1 = await bus.node('n1', ({ endpoint }) =>
      endpoint === 'watch' ? pageReply('n1', place(5), n1.log.length === 3 ? [put(4)] : []) : ok(new Uint8Array()),
    );
    const store = await bus.store();
    expect(numbersOf(await take(store, { fromRevision: 2n }, 1))).toEqual([4]);
    expect(n1.log).toEqual(['watch anyNode', 'watch node', 'watch anyNode']);
  });

  test('waits while no node can answer', async () => {
    const bus = await TestBus.start();
    const n1 = await bus.node('n1', ({ endpoint }) => {
      if (endpoint !== 'watch') return ok(new Uint8Array());
      return n1.log.length < 4 ? refusal(new Unavailable('not now')) : pageReply('n1', place(2), [put(1)]);
    });
    const store = await bus.store();
    expect(numbersOf(await take(store, { fromRevision: 1n }, 1))).toEqual([1]);
  });

  test('ends with the error that names the oldest revision when what it wants is not kept', async () => {
    const bus = await TestBus.start();
    const compacted = new RevisionCompacted({ revision: '1', oldestRevision: '40' });
    await bus.node('n1', ({ endpoint }) => (endpoint === 'watch' ? refusal(compacted) : ok(new Uint8Array())));
    const store = await bus.store();
    const error = await errorOf(take(store, { fromRevision: 1n }, 1));
    expect(error).toBeInstanceOf(RevisionCompacted);
    expect(error).toMatchObject({ code: 'RevisionCompacted', oldestRevision: 40n });
  });

  test('does not go on in another cluster of the same name', async () => {
    const bus = await TestBus.start();
    const pages = [pageReply('n1', place(5), [put(4)]), pageReply('n1', place(6), [put(5)], 'c2')];
    await bus.node('n1', ({ endpoint }) => (endpoint === 'watch' ? (pages.shift() ?? null) : ok(new Uint8Array())));
    const store = await bus.store();
    expect((await errorOf(take(store, { fromRevision: 4n }, 2))).message).toMatch('another cluster');
  });

  test('ends with return, with the signal, and with the store, while it waits', async () => {
    const bus = await TestBus.start();
    const n1 = await bus.node(
      'n1',
      gives('n1', () => 0),
    );
    const store = await bus.store();
    const iteration = store.watch({ fromRevision: 1n })[Symbol.asyncIterator]();
    const pending = iteration.next();
    await until(() => n1.log.length === 1);
    await iteration.return?.();
    expect(await pending).toEqual({ done: true, value: undefined });

    const abort = new AbortController();
    const aborted = take(store, { fromRevision: 1n, signal: abort.signal }, 1);
    await until(() => n1.log.length === 2);
    abort.abort(new Error('enough'));
    expect((await errorOf(aborted)).message).toBe('enough');

    const closed = take(store, { fromRevision: 1n }, 1);
    await until(() => n1.log.length === 3);
    await store.close();
    expect(await closed).toEqual([]);
  });

  test('gives nothing more of a page when it is ended', async () => {
    const bus = await TestBus.start();
    await bus.node(
      'n1',
      gives('n1', () => 9, 9),
    );
    const store = await bus.store();
    const abort = new AbortController();
    const revisions = store.watch({ fromRevision: 1n, signal: abort.signal }).revisions();
    expect((await revisions.next()).value).toMatchObject({ revision: 1n });
    abort.abort(new Error('enough'));
    expect((await errorOf(revisions.next())).message).toBe('enough');
  });

  test('refuses at once what is no watch', async () => {
    const bus = await TestBus.start();
    const store = await bus.store();
    expect(() => store.watch({ key: '' })).toThrow(InvalidKey);
    expect(() => store.watch({ fromRevision: 0n })).toThrow(InvalidRevision);
    expect(() => store.watch({ key: '/a', prefix: '/a' })).toThrow(InvalidQuery);
    expect(() => store.watch({ prefix: '/a', from: '/a' })).toThrow(InvalidQuery);
    expect(() => store.watch({ to: '/a' })).toThrow(InvalidQuery);
    const filter: string = 'get';
    // @ts-expect-error: a caller in plain JavaScript is bound by no type.
    expect(() => store.watch({ filter })).toThrow(InvalidQuery);
  });
});
