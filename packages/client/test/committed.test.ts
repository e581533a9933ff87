import { logIndex } from '@quorate/raft';
import { encodeEntriesPage, entriesBody } from '@quorate/wire';
import { expect, it, onTestFinished } from 'vitest';
import { type CommittedEntry, Compacted, connect, NoLeader, type Store } from '../src/index.ts';
import { errorOf, TestBus, until } from './support/bus.ts';
import { type Behaviour, type FakeNode, logEntries, logEntry, ok, refusal } from './support/fake-node.ts';

/** A node's log, which a test grows. */
class Log {
  firstIndex = 1;
  commitIndex = 0;
  /** At most so many entries a page. */
  pageLimit = 1_000;

  readonly serve: Behaviour = ({ endpoint, body }) => {
    if (endpoint !== 'entries') return null;
    const { fromIndex, limit } = entriesBody(body);
    if (fromIndex < this.firstIndex) return refusal(new Compacted({ firstIndex: String(this.firstIndex) }));
    const to = Math.min(this.commitIndex, fromIndex + Math.min(limit, this.pageLimit) - 1);
    const entries = logEntries(fromIndex, Math.max(to, fromIndex - 1));
    return ok(
      encodeEntriesPage({ firstIndex: logIndex(this.firstIndex), commitIndex: logIndex(this.commitIndex), entries }),
    );
  };

  /** Commits up to `index`. */
  to(index: number): void {
    this.commitIndex = index;
  }
}

/** Follows the committed entries in the background. */
class Follower {
  readonly indexes: number[] = [];
  readonly ended: Promise<unknown>;

  constructor(store: Store, fromIndex = 1n) {
    this.ended = this.#follow(store.committed({ fromIndex }));
  }

  async reaches(index: number): Promise<void> {
    await until(() => this.indexes.includes(index));
  }

  async #follow(entries: AsyncIterable<CommittedEntry>): Promise<unknown> {
    try {
      for await (const { index } of entries) this.indexes.push(Number(index));
      return null;
    } catch (error) {
      return error;
    }
  }
}

const upTo = (to: number, from = 1): readonly number[] => logEntries(from, to).map(({ index }) => index);

async function start(): Promise<{ bus: TestBus; log: Log; node: FakeNode; store: Store }> {
  const bus = await TestBus.start();
  const log = new Log();
  const node = await bus.node('n1', log.serve);
  return { bus, log, node, store: await bus.store() };
}

const pagesAskedFor = (node: FakeNode): readonly number[] =>
  node.requests.filter(({ endpoint }) => endpoint === 'entries').map(({ body }) => entriesBody(body).fromIndex);

it('delivers what is there, page by page, and then what the stream brings', async () => {
  const { log, node, store } = await start();
  log.to(100);
  log.pageLimit = 1;
  const follower = new Follower(store);
  await follower.reaches(100);
  log.to(101);
  await node.stream(logEntry(101));
  await follower.reaches(101);
  expect(follower.indexes).toEqual(upTo(101));
  expect(pagesAskedFor(node)).toEqual(upTo(100));
});

it('gives entries as they are in the log', async () => {
  const { log, store } = await start();
  log.to(1);
  for await (const entry of store.committed({ fromIndex: 1n })) {
    expect(entry).toEqual({
      index: 1n,
      term: 1n,
      kind: 'command',
      timestampUs: 1n,
      logTimeMs: 0n,
      command: { kind: 'put', key: '/index', value: new Uint8Array([0x31]) },
      commandBytes: new Uint8Array(logEntry(1).command),
      fields: {},
    });
    break;
  }
});

it('begins where it is told to, also beyond what is committed', async () => {
  const { log, node, store } = await start();
  log.to(5);
  const middle = new Follower(store, 4n);
  const future = new Follower(store, 8n);
  await middle.reaches(5);
  await until(() => pagesAskedFor(node).includes(8));
  log.to(9);
  await node.stream(...logEntries(6, 9));
  await Promise.all([middle.reaches(9), future.reaches(9)]);
  expect(middle.indexes).toEqual([4, 5, 6, 7, 8, 9]);
  expect(future.indexes).toEqual([8, 9]);
});

it('removes repeats', async () => {
  const { log, node, store } = await start();
  log.to(2);
  const follower = new Follower(store);
  await follower.reaches(2);
  log.to(4);
  await node.stream(...logEntries(1, 3));
  await node.stream(...logEntries(2, 4));
  await node.stream(logEntry(4));
  await follower.reaches(4);
  log.to(5);
  await node.stream(logEntry(5));
  await follower.reaches(5);
  expect(follower.indexes).toEqual(upTo(5));
});

it('fetches what a gap in the stream lacks', async () => {
  const { log, node, store } = await start();
  log.to(2);
  const follower = new Follower(store);
  await follower.reaches(2);
  log.to(6);
  await node.stream(...logEntries(5, 6));
  await follower.reaches(6);
  expect(follower.indexes).toEqual(upTo(6));
});

it('notices that the last message was lost, when the stream is silent', async () => {
  const { log, store } = await start();
  log.to(2);
  const follower = new Follower(store);
  await follower.reaches(2);
  log.to(3);
  await follower.reaches(3);
  expect(follower.indexes).toEqual(upTo(3));
});

it('asks again, and elsewhere, while nodes lag', async () => {
  const { bus, log, node, store } = await start();
  log.to(2);
  const follower = new Follower(store);
  await follower.reaches(2);
  await node.stream(logEntry(4));
  await until(() => pagesAskedFor(node).length >= 3);
  expect(follower.indexes).toEqual(upTo(2));
  const ahead = new Log();
  ahead.to(4);
  await bus.node('n2', ahead.serve);
  await follower.reaches(4);
  expect(follower.indexes).toEqual(upTo(4));
});

it('waits while nodes have nothing to say, and goes on', async () => {
  const { log, node, store } = await start();
  node.behave(() => refusal(new NoLeader()));
  const follower = new Follower(store);
  await until(() => node.requests.length >= 3);
  log.to(1);
  node.behave(log.serve);
  await follower.reaches(1);
});

it('goes on after the connection broke, with what was committed meanwhile', async () => {
  const { bus, log, store } = await start();
  log.to(2);
  const follower = new Follower(store);
  await follower.reaches(2);
  await bus.stop();
  log.to(5);
  await bus.restart();
  const node = await bus.node('n1', log.serve);
  await follower.reaches(5);
  log.to(6);
  await node.stream(logEntry(6));
  await follower.reaches(6);
  expect(follower.indexes).toEqual(upTo(6));
});

it('keeps only so much for a consumer that is slow, and fetches the rest', async () => {
  const { log, node, store } = await start();
  log.to(1);
  const entries = store.committed({ fromIndex: 1n });
  expect((await entries.next()).value?.index).toBe(1n);
  log.to(20_000);
  for (let from = 2; from <= 20_000; from += 1_000)
    await node.stream(...logEntries(from, Math.min(20_000, from + 999)));
  const indexes = [1];
  while (indexes.length < 20_000) indexes.push(Number((await entries.next()).value?.index));
  expect(indexes).toEqual(upTo(20_000));
  // The first 8,000 were kept from the stream.
  expect(Math.min(...pagesAskedFor(node).filter((index) => index > 1))).toBeGreaterThan(8_000);
  await entries.return?.();
});

it('throws Compacted, with the first index that is kept', async () => {
  const { log, store } = await start();
  log.to(9);
  log.firstIndex = 5;
  const error = await new Follower(store, 4n).ended;
  expect(error).toBeInstanceOf(Compacted);
  expect(error).toMatchObject({ firstIndex: 5n });
  const kept = new Follower(store, 5n);
  await kept.reaches(9);
});

it('throws Compacted when a page says that it begins later', async () => {
  const { node, store } = await start();
  const page = { firstIndex: logIndex(5), commitIndex: logIndex(9), entries: logEntries(5, 9) };
  node.behave(() => ok(encodeEntriesPage(page)));
  expect(await new Follower(store, 4n).ended).toMatchObject({ code: 'Compacted', firstIndex: 5n });
});

it('gives up if it is told how long to wait for a node', async () => {
  const bus = await TestBus.start();
  const store = await bus.store();
  const error = await errorOf(store.committed({ fromIndex: 1n, timeoutMs: 200 }).next());
  expect(error).toMatchObject({ code: 'Unavailable' });
});

it('ends with its signal, whose reason it throws', async () => {
  const { log, store } = await start();
  log.to(1);
  const controller = new AbortController();
  const entries = store.committed({ fromIndex: 1n, signal: controller.signal });
  await entries.next();
  const next = errorOf(entries.next());
  controller.abort(new Error('enough'));
  expect((await next).message).toBe('enough');
  expect(await entries.next()).toEqual({ done: true, value: undefined });
});

it('ends with return, also while an entry is awaited', async () => {
  const { log, store } = await start();
  log.to(1);
  const entries = store.committed({ fromIndex: 1n });
  await entries.next();
  const next = entries.next();
  await entries.return?.();
  expect(await next).toEqual({ done: true, value: undefined });
  const untouched = store.committed({ fromIndex: 1n });
  await untouched.return?.();
  expect(await untouched.next()).toEqual({ done: true, value: undefined });
});

it('ends when the store is closed', async () => {
  const { bus, log } = await start();
  const store = await connect({ servers: bus.url });
  onTestFinished(() => store.close());
  log.to(2);
  const follower = new Follower(store);
  await follower.reaches(2);
  await store.close();
  expect(await follower.ended).toBeNull();
});
