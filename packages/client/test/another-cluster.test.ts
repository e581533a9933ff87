import { logIndex, term } from '@quorate/raft';
import { encodeEntriesPage, encodeStatus } from '@quorate/wire';
import { beforeEach, describe, expect, it } from 'vitest';
import { NoLeader } from '../src/errors.ts';
import { alarmsOf, type Store } from '../src/index.ts';
import { codeOf, TestBus } from './support/bus.ts';
import {
  type Behaviour,
  type FakeNode,
  getReply,
  logEntries,
  logEntry,
  ok,
  putReply,
  refusal,
} from './support/fake-node.ts';
import { statusOf } from './support/status-of.ts';
import { StoreOfNodes } from './support/store-node.ts';

const before = 'ab'.repeat(32);
const restored = 'cd'.repeat(32);

let bus: TestBus;
let store: Store;

/** A node of that cluster. */
async function nodeOf(clusterId: string, id: string, behaviour: Behaviour): Promise<FakeNode> {
  const node = await bus.node(id, behaviour);
  node.clusterId = clusterId;
  return node;
}

beforeEach(async () => {
  bus = await TestBus.start();
  store = await bus.store();
});

describe('a store, where nodes of two clusters have one name', () => {
  it('is answered by the cluster that answered first, whoever is asked', async () => {
    const own = await nodeOf(restored, 'n1', () => getReply('own'));
    expect((await store.get('/a'))?.version).toBe(2n);
    const old = await nodeOf(before, 'n4', () => getReply('old'));
    const { length } = own.log;
    for (let at = 0; at < 20; at += 1) await store.get('/a', { consistency: 'local' });
    expect(own.log).toHaveLength(length + 20);
    expect(old.log).toEqual([]);
  });

  it('does not take what a node of the other says by an error for an answer: it may be all that is left of it', async () => {
    await nodeOf(before, 'n4', () => refusal(new NoLeader()));
    await codeOf(store.get('/a', { timeoutMs: 100 }));
    const own = await nodeOf(restored, 'n1', () => getReply('own'));
    for (let at = 0; at < 5; at += 1) await store.get('/a');
    expect(own.log).toHaveLength(5);
  });

  it('is told that another cluster answers when its own does not any more, and goes on with that one then', async () => {
    const own = await nodeOf(before, 'n1', () => getReply('own'));
    await store.get('/a');
    await own.stop();
    const other = await nodeOf(restored, 'n1', () => getReply('other'));
    expect(await codeOf(store.get('/a', { timeoutMs: 300 }))).toBe('AnotherCluster');
    expect(other.log).toEqual([]);
    await store.get('/a');
    expect(other.log).toHaveLength(1);
  });

  it('waits for its own cluster, which has no leader for a while, and does not take the other for it', async () => {
    const own = await nodeOf(restored, 'n1', () => getReply('own', 'n1'));
    await store.get('/a');
    const old = await nodeOf(before, 'n4', () => getReply('old'));
    for (let round = 0; round < 4; round += 1) {
      own.behave(() => refusal(new NoLeader()));
      expect(await codeOf(store.get('/a', { timeoutMs: 500 }))).not.toBe('AnotherCluster');
      own.behave(() => getReply('own', 'n1'));
      await store.get('/a');
    }
    expect(old.log).toEqual([]);
  });

  it('does not write to a node of the other that is named, and stays with its own', async () => {
    const own = await nodeOf(restored, 'n1', () => putReply(8));
    await store.put('/a', 'x');
    const old = await nodeOf(before, 'n4', () => getReply('old'));
    for (let at = 0; at < 10; at += 1) {
      expect(await codeOf(store.get('/a', { consistency: 'local', node: 'n4' }))).toBe('AnotherCluster');
      await store.put('/a', 'y');
    }
    expect(own.log).toHaveLength(11);
    expect(old.log).toEqual([]);
  });

  it('closes its session in no other: that would be an entry of that log', async () => {
    const nodes = new StoreOfNodes();
    await nodeOf(restored, 'n1', nodes.behaviour('n1'));
    const old = await nodeOf(before, 'n4', () => null);
    for (let at = 0; at < 6; at += 1) {
      const own = await bus.store({ sessions: true });
      // Of its own cluster, whoever else listens.
      old.behave(() => refusal(new NoLeader()));
      await own.put('/a', 'x');
      old.requests.length = 0;
      await own.close();
      await old.flush();
      expect(old.log).toEqual([]);
    }
  });

  it('does not follow a leader of the other that announces itself', async () => {
    const own = await nodeOf(restored, 'n1', () => putReply(8, 'n1'));
    await store.put('/a', 'x');
    const old = await nodeOf(before, 'n4', () => putReply(9, 'n4'));
    await old.announce(term(9));
    await own.announce(term(2));
    await store.put('/a', 'y');
    expect(own.log).toEqual(['put anyNode', 'put node']);
    expect(old.log).toEqual([]);
  });

  it('gets no committed entries of the other, neither from its stream nor from its nodes', async () => {
    const page = (from: number, to: number) => () =>
      ok(encodeEntriesPage({ firstIndex: logIndex(1), commitIndex: logIndex(to), entries: logEntries(from, to) }));
    const own = await nodeOf(restored, 'n1', page(1, 2));
    const entries = store.committed({ fromIndex: 1n });
    expect((await entries.next()).value).toMatchObject({ index: 1n, timestampUs: 1n });
    expect((await entries.next()).value).toMatchObject({ index: 2n });
    const old = await nodeOf(before, 'n4', page(1, 9));
    await old.stream({ ...logEntry(3), timestampUs: 777 });
    await own.stream(logEntry(3));
    expect((await entries.next()).value).toMatchObject({ index: 3n, timestampUs: 3n });
    await entries.return?.(undefined);
    expect(old.log).toEqual([]);
  });

  it('shows the members of its own cluster, and has an alarm for each node of the other', async () => {
    const of =
      (clusterId: string, id: string): Behaviour =>
      () =>
        ok(encodeStatus(statusOf(id, { clusterId, term: term(clusterId === before ? 9 : 2) })));
    await nodeOf(restored, 'n1', of(restored, 'n1'));
    await nodeOf(restored, 'n2', of(restored, 'n2'));
    await nodeOf(restored, 'n3', of(restored, 'n3'));
    await nodeOf(before, 'n1', of(before, 'n1'));
    const status = await store.status();
    expect(status.nodes.map(({ id, role }) => [id, role])).toEqual([
      ['n1', 'follower'],
      ['n2', 'follower'],
      ['n3', 'follower'],
    ]);
    expect(status.nodes).toMatchObject([{ clusterId: restored }, { clusterId: restored }, { clusterId: restored }]);
    expect(alarmsOf(status)).toEqual([{ code: 'AnotherCluster', node: 'n1', clusterId: before }]);
  });
});
