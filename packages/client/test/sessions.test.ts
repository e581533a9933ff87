import { MAX_SESSION_WRITES, type Write } from '@quorate/config-store';
import { term } from '@quorate/raft';
import { decodeCommand, encodeResult, NoLeader, OutcomeUnknown, TooManySessions } from '@quorate/wire';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { connect, type Store } from '../src/index.ts';
import { codeOf, errorOf, TestBus, until } from './support/bus.ts';
import { type Behaviour, type FakeNode, ok, putReply, refusal } from './support/fake-node.ts';
import { StoreOfNodes } from './support/store-node.ts';

const timeoutMs = 30_000;

interface Cluster {
  readonly nodes: StoreOfNodes;
  readonly n1: FakeNode;
  readonly store: Store;
  readonly bus: TestBus;
}

/** A store with sessions, and a node that leads. */
async function start(): Promise<Cluster> {
  const bus = await TestBus.start();
  const nodes = new StoreOfNodes();
  const n1 = await bus.node('n1', nodes.behaviour('n1'));
  return { nodes, n1, bus, store: await bus.store({ sessions: true, timeoutMs }) };
}

/** From here on nothing happens because time passes. */
function stopTimers(): void {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  onTestFinished(() => void vi.useRealTimers());
}

/** Resolves when `condition` holds, also while no timer fires. */
async function turnsUntil(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setImmediate(resolve));
}

/** A node that does what it is asked, and whose answers are lost. */
const losesAnswers =
  (nodes: StoreOfNodes): Behaviour =>
  (request) => {
    nodes.answer(request, 'n1');
    return null;
  };

const kindsOf = ({ nodes }: Pick<Cluster, 'nodes'>): readonly string[] => nodes.commands.map(({ kind }) => kind);

/** The places of the writes that were applied: session, sequence and floor. */
const placesOf = ({ nodes }: Pick<Cluster, 'nodes'>): readonly string[] =>
  nodes.commands.flatMap((command) => {
    const place = 'inSession' in command ? command.inSession : undefined;
    return place === undefined ? [] : [`${place.session} ${place.sequence} ${place.floor}`];
  });

describe('a store', () => {
  it('opens a session with its first write, and no other', async () => {
    const cluster = await start();
    const { store, n1 } = cluster;
    await store.get('/a');
    expect(cluster.nodes.commands).toEqual([]);
    expect(await store.put('/a', 'x')).toEqual({ revision: 1n });
    expect(await store.delete('/a')).toEqual({ revision: 2n, deleted: true });
    await store.setRetention({ maxAgeMs: 5, maxVersions: null });
    await store.txn({ then: [{ op: 'put', key: '/b', value: 'y' }] });
    await store.compact();
    expect(kindsOf(cluster)).toEqual(['openSession', 'put', 'delete', 'setRetention', 'txn', 'compact']);
    expect(placesOf(cluster)).toEqual(['1 1 0', '1 2 1', '1 3 2', '1 4 3', '1 5 4']);
    expect(n1.log.slice(0, 3)).toEqual(['get anyNode', 'session node', 'put node']);
  });

  it('salts its session, so that nobody else has one of that id', async () => {
    const [one, other] = [await start(), await start()];
    for (const { store } of [one, other]) await store.put('/a', 'x');
    const salts = [one, other].map(({ nodes }) => nodes.commands.map((command) => 'salt' in command && command.salt));
    expect(salts[0]?.[0]).toBeGreaterThan(2 ** 20);
    expect(salts[0]?.[0]).not.toBe(salts[1]?.[0]);
  });

  it('opens one for all that write together', async () => {
    const cluster = await start();
    const written = await Promise.all([1, 2, 3].map((turn) => cluster.store.put(`/${turn}`, 'x')));
    expect(written.map(({ revision }) => revision)).toEqual([1n, 2n, 3n]);
    expect(kindsOf(cluster)).toEqual(['openSession', 'put', 'put', 'put']);
    expect(placesOf(cluster)).toEqual(['1 1 0', '1 2 0', '1 3 0']);
  });

  it('is without one if it is told so', async () => {
    const { bus, nodes } = await start();
    const store = await bus.store({ sessions: false });
    await store.put('/a', 'x');
    expect(nodes.commands).toEqual([{ kind: 'put', key: '/a', value: expect.anything() }]);
    expect(await errorOf(connect({ servers: bus.url, sessions: Object('yes') }))).toMatchObject({
      code: 'InvalidRequest',
      message: expect.stringContaining('sessions is neither true nor false'),
    });
  });

  it('closes its session with itself', async () => {
    const cluster = await start();
    await cluster.store.put('/a', 'x');
    await cluster.store.close();
    await until(() => cluster.nodes.commands.length === 3);
    expect(cluster.nodes.commands.at(-1)).toEqual({ kind: 'closeSession', session: 1 });
  });

  it('opens another when so many writes are open that no node keeps the results of all, and closes the first when its last is over', async () => {
    const bus = await TestBus.start();
    const opened: number[] = [];
    const closed: number[] = [];
    const used = new Set<number>();
    const held: (() => void)[] = [];
    await bus.node('n1', async ({ body }) => {
      const command = decodeCommand(body);
      if (command.kind === 'openSession') {
        opened.push(opened.length + 1);
        return ok(encodeResult({ kind: 'openSession', session: opened.length }));
      }
      if (command.kind === 'closeSession') closed.push(command.session);
      if (command.kind !== 'put') return ok(encodeResult({ kind: 'closeSession' }));
      if (command.inSession !== undefined) used.add(command.inSession.session);
      if (command.key === '/a') await new Promise<void>((resolve) => void held.push(resolve));
      return putReply(1);
    });
    const store = await bus.store({ sessions: true, timeoutMs });
    const first = store.put('/a', 'x');
    await until(() => held.length === 1);
    await Promise.all(Array.from({ length: MAX_SESSION_WRITES }, () => store.put('/b', 'x')));
    expect(used.size).toBe(2);
    expect(closed).toEqual([]);
    for (const answer of held) answer();
    await first;
    await until(() => closed.length > 0);
    expect(closed).toEqual([Math.min(...used)]);
  });
});

describe('a write whose answer is lost', () => {
  it('is sent again to the leader that announces itself, and was made once', async () => {
    const cluster = await start();
    const { n1, nodes, store, bus } = cluster;
    await store.put('/x', 'x');
    const n2 = await bus.node('n2', nodes.behaviour('n2'));
    n1.behave(losesAnswers(nodes));
    stopTimers();
    const writing = store.put('/a', 'y');
    await turnsUntil(() => placesOf(cluster).length === 2);
    await n2.announce(term(2));
    expect(await writing).toEqual({ revision: 2n });
    expect(placesOf(cluster).slice(1)).toEqual(['1 2 1', '1 2 1']);
    expect((await store.get('/a'))?.version).toBe(1n);
  });

  it('is sent again to the leader that announces itself, whichever node has it', async () => {
    const cluster = await start();
    const { n1, nodes, store, bus } = cluster;
    await store.put('/x', 'x');
    n1.behave(({ endpoint }) => {
      if (endpoint === 'put') void n1.stop();
      return null;
    });
    const hangs = await bus.node('n2', losesAnswers(nodes));
    // In less time than would have it sent again for want of an answer.
    const writing = store.put('/a', 'y', { timeoutMs: 3_900 });
    await until(() => hangs.log.includes('put anyNode'));
    const n3 = await bus.node('n3', nodes.behaviour('n3'));
    await n3.announce(term(2));
    expect(await writing).toEqual({ revision: 2n });
    // Nothing was sent to it before it said that it leads, nor to any node that is not known to lead.
    expect(n3.log).toEqual(['put node']);
  });

  it('is sent again when its node is gone', async () => {
    const cluster = await start();
    const { n1, nodes, store, bus } = cluster;
    await store.put('/x', 'x');
    n1.behave((request) => {
      if (request.endpoint === 'put') {
        nodes.answer(request, 'n1');
        void n1.stop();
      }
      return null;
    });
    await bus.node('n2', nodes.behaviour('n2'));
    expect(await store.put('/a', 'y')).toEqual({ revision: 2n });
    expect((await store.get('/a'))?.version).toBe(1n);
  });

  it('is sent again when the connection breaks, and when nobody knows what became of it', async () => {
    const cluster = await start();
    const { n1, nodes, store, bus } = cluster;
    await store.put('/x', 'x');
    let lost = 0;
    n1.behave((request) => {
      const answer = nodes.answer(request, 'n1');
      lost += 1;
      if (lost === 1) return refusal(new OutcomeUnknown('the leader changed while the write was in flight'));
      return lost === 2 ? null : answer;
    });
    const writing = store.put('/a', 'y');
    await until(() => lost === 2);
    await bus.stop();
    await bus.restart();
    await bus.node('n2', nodes.behaviour('n2'));
    expect(await writing).toEqual({ revision: 2n });
    expect((await store.get('/a'))?.version).toBe(1n);
  });

  it('is unknown at the deadline, and not before', async () => {
    const cluster = await start();
    const { n1, nodes, store } = cluster;
    await store.put('/x', 'x');
    n1.behave(losesAnswers(nodes));
    const error = await errorOf(store.put('/a', 'y', { timeoutMs: 2_200 }));
    expect(error).toBeInstanceOf(OutcomeUnknown);
    expect(placesOf(cluster).slice(1)).toEqual(['1 2 1', '1 2 1']);
    n1.behave(nodes.behaviour('n1'));
    await store.put('/a', 'z');
    // Nobody waits for it any more: if it is still on its way, it is not made after this.
    expect(placesOf(cluster).at(-1)).toBe('1 3 2');
  });

  it('may have failed: the answer is the one that it had', async () => {
    const cluster = await start();
    const { n1, nodes, store, bus } = cluster;
    await store.put('/a', 'x');
    const n2 = await bus.node('n2', nodes.behaviour('n2'));
    n1.behave(losesAnswers(nodes));
    const writing = codeOf(store.put('/a', 'y', { ifRevision: 0n }));
    await until(() => placesOf(cluster).length === 2);
    nodes.apply({ kind: 'delete', key: '/a' });
    await n2.announce(term(2));
    expect(await writing).toBe('RevisionMismatch');
    expect(await store.get('/a')).toBeNull();
  });
});

describe('writes that overtake one another', () => {
  it('each get their own answer', async () => {
    const cluster = await start();
    const { n1, nodes, store } = cluster;
    await store.put('/x', 'x');
    const held: (() => void)[] = [];
    n1.behave(async (request) => {
      if (request.endpoint !== 'put') return nodes.answer(request, 'n1');
      await new Promise<void>((resolve) => void held.push(resolve));
      return nodes.answer(request, 'n1');
    });
    const writing = [1, 2, 3].map((turn) => store.put(`/${turn}`, 'x'));
    await until(() => held.length === 3);
    const revisions: bigint[] = [];
    for (const turn of [2, 0, 1]) {
      held[turn]?.();
      revisions[turn] = (await writing[turn])?.revision ?? 0n;
    }
    expect(revisions).toEqual([3n, 4n, 2n]);
    n1.behave(nodes.behaviour('n1'));
    await store.put('/x', 'x');
    expect(placesOf(cluster)).toEqual(['1 1 0', '1 4 1', '1 2 1', '1 3 1', '1 5 4']);
  });
});

describe('a session that has expired', () => {
  const end = (nodes: StoreOfNodes): void => nodes.apply({ kind: 'closeSession', session: 1 });

  it('is replaced, and the write that met it is made in the new one', async () => {
    const cluster = await start();
    const { nodes, store } = cluster;
    await store.put('/x', 'x');
    end(nodes);
    const written = await Promise.all([store.put('/a', 'y'), store.put('/b', 'y')]);
    expect(written).toEqual([{ revision: 2n }, { revision: 3n }]);
    expect(kindsOf(cluster)).toEqual(['openSession', 'put', 'closeSession', 'put', 'put', 'openSession', 'put', 'put']);
  });

  it('leaves a write unknown that may have been made in it before', async () => {
    const cluster = await start();
    const { n1, nodes, store, bus } = cluster;
    await store.put('/x', 'x');
    const n2 = await bus.node('n2', nodes.behaviour('n2'));
    n1.behave(losesAnswers(nodes));
    const writing = errorOf(store.put('/a', 'y'));
    await until(() => placesOf(cluster).length === 2);
    end(nodes);
    await n2.announce(term(2));
    expect(await writing).toMatchObject({
      code: 'OutcomeUnknown',
      message: expect.stringContaining('there is no session 1'),
    });
    expect(await store.put('/a', 'z')).toEqual({ revision: 3n });
  });
});

describe('opening a session', () => {
  it('fails as a write does that was not made', async () => {
    const { n1, store } = await start();
    n1.behave(() => refusal(new NoLeader()));
    expect(await codeOf(store.put('/a', 'x', { timeoutMs: 1_000 }))).toBe('NoLeader');
    n1.behave(() => refusal(new TooManySessions({ limit: 10_000 })));
    expect(await errorOf(store.put('/a', 'x'))).toBeInstanceOf(TooManySessions);
  });

  it('is begun again by a write that has more time than the one that began it', async () => {
    const cluster = await start();
    const { n1, nodes, store } = cluster;
    n1.behave(() => refusal(new NoLeader()));
    const short = codeOf(store.put('/a', 'x', { timeoutMs: 300 }));
    const long = store.put('/b', 'x');
    expect(['NoLeader', 'Unavailable']).toContain(await short);
    n1.behave(nodes.behaviour('n1'));
    expect(await long).toEqual({ revision: 1n });
    expect(kindsOf(cluster)).toEqual(['openSession', 'put']);
  });

  it('goes on for others when the write that began it is aborted', async () => {
    const cluster = await start();
    const { n1, nodes, store } = cluster;
    const held: (() => void)[] = [];
    n1.behave(async (request) => {
      await new Promise<void>((resolve) => void held.push(resolve));
      return nodes.answer(request, 'n1');
    });
    const controller = new AbortController();
    const aborted = errorOf(store.put('/a', 'x', { signal: controller.signal }));
    const other = store.put('/b', 'x');
    await until(() => held.length === 1);
    controller.abort(new Error('enough'));
    expect((await aborted).message).toBe('enough');
    n1.behave(nodes.behaviour('n1'));
    held[0]?.();
    await other;
    const writes = nodes.commands.filter((command): command is Write => command.kind === 'put');
    expect(writes.map((write) => write.kind === 'put' && write.key)).toEqual(['/b']);
  });

  it('that is answered late, or twice, leaves a session that nobody uses', async () => {
    const cluster = await start();
    const { n1, nodes, store } = cluster;
    let lost = 0;
    n1.behave((request) => {
      const answer = nodes.answer(request, 'n1');
      lost += 1;
      return lost === 1 ? null : answer;
    });
    expect(await store.put('/a', 'x')).toEqual({ revision: 1n });
    expect(kindsOf(cluster)).toEqual(['openSession', 'openSession', 'put']);
    expect(placesOf(cluster)).toEqual(['2 1 0']);
  });

  it('ends with the store', async () => {
    const { n1, store } = await start();
    n1.behave(() => null);
    const writing = codeOf(store.put('/a', 'x'));
    await until(() => n1.requests.length === 1);
    await store.close();
    expect(await writing).toBe('StoreClosed');
  });
});
