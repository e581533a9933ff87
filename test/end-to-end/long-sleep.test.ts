import type { Store } from '@quorate/client';
import { expect, onTestFinished, test } from 'vitest';
import { TestCluster } from '../support/cluster.ts';
import { eventually } from '../support/eventually.ts';
import { killInTransfer, partAt, type SnapshotPart } from '../support/snapshot-transfer.ts';

const writes = 200_000;
const callersOfStore = 128;

const keyOf = (at: number): string => `/key/${String(at).padStart(6, '0')}`;
const textOf = (at: number): string => `${at} `.padEnd(100, 'v');

/** Puts all keys, by many callers at once. */
async function putAll(stores: readonly Store[]): Promise<void> {
  let next = 0;
  const call = async (store: Store): Promise<void> => {
    for (let at = next++; at < writes; at = next++) await store.put(keyOf(at), textOf(at));
  };
  await Promise.all(stores.flatMap((store) => Array.from({ length: callersOfStore }, () => call(store))));
}

/** How many keys a node has of those that were put, with their values; it has no others. */
async function countOn(store: Store, node: string): Promise<number> {
  let count = 0;
  for await (const { key, value } of store.list({ prefix: '/key/', node, pageLimit: 1_000 })) {
    if (key !== keyOf(count) || Buffer.from(value).toString() !== textOf(count)) throw new Error(`${node}: ${key}`);
    count += 1;
  }
  return count;
}

/** Looks at a node's part of a snapshot all the time: whether it ever had less than before. */
class PartWatch {
  readonly seen: SnapshotPart[] = [];
  readonly #timer: NodeJS.Timeout;

  constructor(cluster: TestCluster, id: string) {
    this.#timer = setInterval(() => {
      const part = partAt(cluster, id, writes);
      if (part !== null) this.seen.push(part);
    }, 5);
    onTestFinished(() => this.stop());
  }

  stop(): void {
    clearInterval(this.#timer);
  }
}

test('a follower that slept through 200,000 writes catches up by snapshot, though its transfer is killed twice', {
  timeout: 600_000,
}, async () => {
  // One snapshot alone: with an older one the leader might begin with that.
  const environment = { QUORATE_SNAPSHOT_ENTRIES: String(writes), QUORATE_SNAPSHOT_LOG_BYTES: '1000000000' };
  const cluster = await TestCluster.start({ steady: true, environment });
  const stores = await Promise.all(Array.from({ length: 4 }, () => cluster.connect({ timeoutMs: 60_000 })));
  const [store] = stores;
  if (store === undefined) throw new Error('there is no store');
  const [late = '', other = ''] = await cluster.followers();
  await store.put('/early', 'written');
  await cluster.caughtUp(late);
  await cluster.node(late).end('SIGTERM');
  await putAll(stores);
  for (const id of cluster.ids.filter((one) => one !== late)) {
    await cluster.node(id).logged('snapshot taken', ({ index }) => index === writes);
  }

  cluster.start(late);
  const watch = new PartWatch(cluster, late);
  const first = await killInTransfer(cluster, { to: late, index: writes, bytes: 4_000_000, killed: late });
  cluster.start(late);
  const leader = await cluster.leader();
  const bytes = first.bytes + 4_000_000;
  const second = await killInTransfer(cluster, { to: late, index: writes, bytes, killed: leader });
  // Not before: it has the whole log as well, and could win.
  await eventually(`${other} leads`, async () => ((await cluster.status(other)).role === 'leader' ? true : null));
  cluster.start(leader);
  const installed = await cluster.node(late).logged('snapshot installed');
  await cluster.node(late).logged('snapshot loaded');
  watch.stop();

  // It went on from where it was killed, and with the next leader: it never had less than before, of one snapshot.
  const begun = cluster.node(late).log.filter(({ msg, id }) => msg === 'receiving a snapshot' && id === installed.id);
  expect(begun.map(({ id, from }) => [id, from])).toEqual([[installed.id, first.bytes]]);
  const sizes = watch.seen.map(({ bytes }) => bytes);
  expect(sizes).toEqual(sizes.toSorted((a, b) => a - b));
  expect(new Set(watch.seen.map(({ file }) => file)).size).toBe(1);
  expect(second.bytes).toBeGreaterThan(bytes);

  for (const id of cluster.ids) {
    await cluster.caughtUp(id);
    expect(await countOn(store, id), id).toBe(writes);
  }
  expect(await store.get('/early', { node: late })).not.toBeNull();
  expect(cluster.errorsLogged()).toEqual([]);
});
