import { nodeId } from '@quorate/actor';
import { ConfigStore, MemoryTables, type WatchRequest } from '@quorate/config-store';
import { logIndex, term } from '@quorate/raft';
import {
  type ApiReply,
  type Command,
  configStoreCodec,
  decodeWatchPage,
  defaultReadOptions,
  encodeCommand,
  encodeWatchRequest,
  type NodeWatchPage,
  RevisionCompacted,
} from '@quorate/wire';
import { expect, test } from 'vitest';
import { WatchDesk } from '../src/watch/watch-desk.ts';

/** A desk over a store in memory, whose tables can be in the middle of being replaced. */
class DeskFixture {
  readonly failures: unknown[] = [];
  isBeingReplaced = false;
  isStateShown = true;
  readonly #tables = new MemoryTables();
  readonly #store = new ConfigStore({
    tables: this.#tables,
    codec: configStoreCodec,
    stream: 'main.config',
    changed: () => this.desk.changed(),
  });
  readonly desk: WatchDesk;

  constructor() {
    const fixture = this;
    const tables = this.#tables;
    this.desk = new WatchDesk({
      node: nodeId('n1'),
      clusterId: 'c1',
      tables: {
        get progress() {
          return tables.progress;
        },
        get: (table, key) => tables.get(table, key),
        range: (table, range) => tables.range(table, range),
        get isBeingReplaced() {
          return fixture.isBeingReplaced;
        },
      },
      isStateShown: () => this.isStateShown,
      published: async () => {},
      now: () => performance.now(),
      onFailure: (error) => this.failures.push(error),
    });
  }

  put(key: string, value = ''): void {
    this.run({ kind: 'put', key, value: Buffer.from(value) });
  }

  run(command: Command): void {
    const index = this.#store.lastApplied + 1;
    const times = { timestampUs: index, logTimeMs: index };
    this.#store.apply([
      { index: logIndex(index), term: term(1), kind: 'command', command: encodeCommand(command), ...times },
    ]);
  }

  ask(
    keys: WatchRequest['keys'],
    revision: number,
    { timeoutMs = 30_000, ...rest }: Partial<WatchRequest> & { readonly timeoutMs?: number } = {},
  ): Promise<ApiReply> {
    const body = encodeWatchRequest({
      keys,
      from: { revision, ordinal: 0 },
      filter: null,
      withPrevious: false,
      ...rest,
    });
    return this.desk.answer({ format: 'msgpack', timeoutMs, body, read: defaultReadOptions, cluster: null });
  }
}

function pageOf(reply: ApiReply): NodeWatchPage {
  if (reply.kind === 'error') throw new Error(reply.error.message);
  return decodeWatchPage(reply.body);
}

const shown = ({ changes, next }: NodeWatchPage): unknown => [
  changes.map(({ key, revision }) => `${key}@${revision}`),
  next.revision,
];

/** Resolves when the desk has read for those who have asked: it does so in the next turn. */
const read = (): Promise<void> =>
  new Promise((resolve) => {
    setImmediate(() => setImmediate(resolve));
  });

test('a watcher is answered at once if there is something', async () => {
  const fixture = new DeskFixture();
  fixture.put('/a');
  fixture.put('/b');
  fixture.put('/a');
  const page = pageOf(await fixture.ask({ key: '/a' }, 1));
  expect(shown(page)).toEqual([['/a@1', '/a@3'], 4]);
  expect(page).toMatchObject({ node: 'n1', revision: 3 });
});

test('each that waits is answered by the first change that concerns it, and by no other', async () => {
  const fixture = new DeskFixture();
  fixture.put('/before');
  const pages: Record<string, Promise<ApiReply>> = {
    key: fixture.ask({ key: '/b' }, 2),
    prefix: fixture.ask({ prefix: '/c/' }, 2),
    range: fixture.ask({ from: '/d', to: '/e' }, 2),
    deletes: fixture.ask({ prefix: '' }, 2, { filter: 'delete' }),
    future: fixture.ask({ prefix: '' }, 6),
  };
  await read();
  expect(fixture.desk.queue).toEqual({ queue: 'watchers', length: 5, limit: 100_000 });
  for (const key of ['/a', '/b', '/c/1', '/d']) fixture.put(key);
  fixture.run({ kind: 'delete', key: '/a' });
  const answers = await Promise.all(
    Object.entries(pages).map(async ([name, reply]) => [name, shown(pageOf(await reply))]),
  );
  expect(Object.fromEntries(answers)).toEqual({
    key: [['/b@3'], 7],
    prefix: [['/c/1@4'], 7],
    range: [['/d@5'], 7],
    deletes: [['/a@6'], 7],
    future: [['/a@6'], 7],
  });
  expect(fixture.desk.queue.length).toBe(0);
});

test('a watcher for whom nothing comes is told how far that was looked for', async () => {
  const fixture = new DeskFixture();
  fixture.put('/a');
  const reply = fixture.ask({ key: '/none' }, 1, { timeoutMs: 50 });
  await read();
  fixture.put('/b');
  expect(shown(pageOf(await reply))).toEqual([[], 3]);
});

test('the end of a transaction that came in parts is told at once, though it holds nothing for the watcher', async () => {
  const fixture = new DeskFixture();
  fixture.put('/a');
  const then = ['/a', '/b', '/c'].map((key) => ({ kind: 'put', key, value: Buffer.from('x') }) as const);
  fixture.run({ kind: 'txn', compare: [], then, else: [] });
  expect(shown(pageOf(await fixture.ask({ key: '/a' }, 2, { from: { revision: 2, ordinal: 1 } })))).toEqual([[], 3]);
});

test('a watcher that is behind compaction is told the oldest revision', async () => {
  const fixture = new DeskFixture();
  for (let at = 0; at < 5; at += 1) fixture.put('/a');
  fixture.run({ kind: 'compact', revision: 4 });
  const reply = await fixture.ask({ key: '/a' }, 3);
  expect(reply).toMatchObject({
    kind: 'error',
    error: { code: 'RevisionCompacted', details: { revision: '3', oldestRevision: '4' } },
  });
  expect(new RevisionCompacted({ revision: '3', oldestRevision: '4' }).oldestRevision).toBe(4n);
  expect(fixture.failures).toEqual([]);
});

test('tables that are being replaced are not read, and those who wait hear when they are whole', async () => {
  const fixture = new DeskFixture();
  fixture.put('/a');
  const waiting = fixture.ask({ key: '/b' }, 2);
  await read();
  fixture.isBeingReplaced = true;
  fixture.put('/b');
  const refusal = { kind: 'error', error: { code: 'Unavailable' } };
  expect(await fixture.ask({ key: '/b' }, 1)).toMatchObject(refusal);
  fixture.isBeingReplaced = false;
  fixture.isStateShown = false;
  expect(await fixture.ask({ key: '/b' }, 1)).toMatchObject(refusal);
  fixture.isStateShown = true;
  fixture.desk.changed();
  expect(shown(pageOf(await waiting))).toEqual([['/b@2'], 3]);
});

test('a node that ends sends its watchers elsewhere', async () => {
  const fixture = new DeskFixture();
  const waiting = fixture.ask({ key: '/a' }, 1);
  await read();
  fixture.desk.close();
  expect(await waiting).toMatchObject({ kind: 'error', error: { code: 'Unavailable' } });
  expect(() => fixture.ask({ key: '/a' }, 1)).toThrow('about to end');
});

test('of a node that knows no leader whoever waits is sent on, with how far it has come, and no more often than needed', async () => {
  const fixture = new DeskFixture();
  fixture.put('/other');
  const ask = (): Promise<ApiReply> => fixture.ask({ key: '/a' }, 1);
  const waiting = ask();
  let answered = 0;
  void waiting.then(() => {
    answered += 1;
  });
  await read();
  for (const isKnown of [false, true, false]) fixture.desk.noteLeader(isKnown);
  await Promise.resolve();
  expect(answered).toBe(0);
  fixture.desk.noteLeader(false);
  await Promise.resolve();
  expect(answered).toBe(1);
  expect(pageOf(await waiting)).toMatchObject({ next: { revision: 2, ordinal: 0 }, changes: [] });
  // It comes back, as there is no other: it is not sent on again at once.
  const again = ask();
  await read();
  for (let look = 0; look < 4; look += 1) fixture.desk.noteLeader(false);
  fixture.put('/a', 'news');
  expect(pageOf(await again).changes).toHaveLength(1);
});
