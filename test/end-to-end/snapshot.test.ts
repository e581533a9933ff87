import { readdirSync } from 'node:fs';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Store } from '@quorate/client';
import { describe, expect, test } from 'vitest';
import { localDeliveries, TestCluster } from '../support/cluster.ts';
import { eventually } from '../support/eventually.ts';
import { killInTransfer, snapshotsOf } from '../support/snapshot-transfer.ts';
import { Workload } from '../support/workload.ts';

/** A snapshot after every so many entries, and no more of the log than that many before it. */
const snapshotsEvery = (entries: number, tail: number): NodeJS.ProcessEnv => ({
  QUORATE_SNAPSHOT_ENTRIES: String(entries),
  QUORATE_LOG_TAIL_ENTRIES: String(tail),
});

/** Resolves when these nodes have taken a snapshot after so many entries, and most of what it covers is in their logs no more. */
async function isCompacted(cluster: TestCluster, nodes: readonly string[], entries: number): Promise<void> {
  for (const id of nodes) await cluster.node(id).logged('snapshot taken', ({ index }) => Number(index) >= entries);
  await eventually('all logs are compacted', async () => {
    const statuses = await Promise.all(nodes.map((id) => cluster.status(id)));
    return statuses.every(({ firstIndex }) => firstIndex > entries / 2) ? true : null;
  });
}

/** What a cluster is to hold. */
class Content {
  readonly expected = new Map<string, string>();
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
  }

  /** Puts so many keys, from one on, some at a time, with values of so many bytes. */
  async put(from: number, count: number, bytes: number, mark: string): Promise<void> {
    const puts = Array.from({ length: count }, (_, at) => {
      return [`/key/${String(from + at).padStart(5, '0')}`, `${mark} ${at} `.padEnd(bytes, mark)] as const;
    });
    for (let at = 0; at < puts.length; at += 64) {
      await Promise.all(puts.slice(at, at + 64).map(([key, value]) => this.#store.put(key, value)));
    }
    for (const [key, value] of puts) this.expected.set(key, value);
  }

  /** Three rounds of so many entries: in each of them every node takes a snapshot, and its log then begins later than it did. */
  async fill(cluster: TestCluster, nodes: readonly string[], roundEntries: number, bytes: number): Promise<void> {
    for (const round of [1, 2, 3]) {
      await this.put(round * roundEntries, roundEntries, bytes, 'x');
      for (const id of nodes) {
        await cluster.node(id).logged('snapshot taken', ({ index }) => index === round * roundEntries);
      }
    }
    await isCompacted(cluster, nodes, roundEntries);
  }

  /** Every node has this, and nothing else. */
  async expectOnAll(cluster: TestCluster): Promise<void> {
    for (const node of cluster.ids) {
      await cluster.caughtUp(node);
      const found = new Map<string, string>();
      for await (const { key, value } of this.#store.list({ prefix: '/', node })) {
        found.set(key, Buffer.from(value).toString());
      }
      expect([...found.keys()], node).toEqual([...this.expected.keys()].sort());
      const differing = [...this.expected].filter(([key, value]) => found.get(key) !== value).map(([key]) => key);
      expect(differing, node).toEqual([]);
    }
  }
}

describe.each(localDeliveries)('local delivery by %s', (localDelivery) => {
  test('a follower that was away for long gets a snapshot, whoever is killed on the way', {
    timeout: 180_000,
  }, async () => {
    // One snapshot alone: with an older one the leader might begin with that.
    const index = 3_000;
    const environment = snapshotsEvery(index, 100);
    const cluster = await TestCluster.start({ localDelivery, steady: true, environment });
    const store = await cluster.connect();
    const content = new Content(store);
    await content.put(0, 50, 100, 'early');
    const [late = '', other = ''] = await cluster.followers();
    await cluster.caughtUp(late);
    await cluster.node(late).end('SIGTERM');
    await content.put(1_000, index, 10_000, 'x');
    await isCompacted(
      cluster,
      cluster.ids.filter((id) => id !== late),
      index,
    );

    cluster.start(late);
    const first = await killInTransfer(cluster, { to: late, index, bytes: 1_000_000, killed: late });
    cluster.start(late);
    const leader = await cluster.leader();
    const bytes = first.bytes + 1_000_000;
    const second = await killInTransfer(cluster, { to: late, index, bytes, killed: leader });
    expect(second.file).toBe(first.file);
    // Not before: it has the whole log as well, and could win.
    await eventually(`${other} leads`, async () => ((await cluster.status(other)).role === 'leader' ? true : null));
    cluster.start(leader);
    await cluster.node(late).logged('snapshot installed');
    await cluster.node(late).logged('snapshot loaded');

    await content.expectOnAll(cluster);
    await content.put(0, 200, 100, 'after');
    await content.expectOnAll(cluster);
    expect(cluster.errorsLogged()).toEqual([]);
  });

  test('nodes whose logs are all compacted start again, with their state or without', {
    timeout: 120_000,
  }, async () => {
    const cluster = await TestCluster.start({ localDelivery, steady: true, environment: snapshotsEvery(100, 0) });
    const store = await cluster.connect();
    const content = new Content(store);
    await content.fill(cluster, cluster.ids, 100, 100);
    await Promise.all(cluster.ids.map((id) => cluster.node(id).end('SIGKILL')));
    for (const id of cluster.ids) cluster.start(id);
    await content.expectOnAll(cluster);

    const [follower = ''] = await cluster.followers();
    await cluster.node(follower).end('SIGKILL');
    // As after a power loss: the state was not closed, and was written under another boot.
    await writeFile(join(cluster.folder(follower), 'state', 'boot-id'), 'another\n');
    await cluster.restart(follower);
    await cluster.node(follower).logged('it is rebuilt');
    await cluster.node(follower).logged('snapshot loaded');
    await content.put(0, 120, 100, 'after');
    await content.expectOnAll(cluster);
    expect(cluster.errorsLogged()).toEqual([]);
  });
});

test('a transfer that is broken off twice under load goes on where it was, is shown as it goes, and no write is lost', {
  timeout: 180_000,
}, async () => {
  // No snapshot but those that are asked for.
  const environment = {
    ...snapshotsEvery(1_000_000, 100),
    QUORATE_SNAPSHOT_LOG_BYTES: '1000000000',
  };
  const cluster = await TestCluster.start({ steady: true, environment });
  const store = await cluster.connect({ timeoutMs: 20_000 });
  const content = new Content(store);
  const [late = '', other = ''] = await cluster.followers();
  await cluster.node(late).end('SIGTERM');
  await content.put(1_000, 3_000, 10_000, 'x');
  const leader = await cluster.leader();
  await cluster.caughtUp(other);
  const taken = await Promise.all([leader, other].map((id) => store.takeSnapshot(id)));
  const index = Number(taken[0]?.index);
  expect(taken.map((one) => Number(one.index))).toEqual([index, index]);

  const workload = new Workload([store], 8);
  await workload.progress(500);
  cluster.start(late);
  const first = await killInTransfer(cluster, { to: late, index, bytes: 1_000_000, killed: late });
  await workload.progress();
  cluster.start(late);
  const shown = await eventually(
    'the transfer is shown',
    async () => {
      const { members } = await store.members();
      const transfer = members.find(({ id }) => id === late)?.transfer ?? null;
      return transfer !== null && transfer.storedBytes >= first.bytes ? transfer : null;
    },
    { intervalMs: 5 },
  );
  expect(shown.totalBytes).toBeGreaterThan(3_000 * 10_000);
  const bytes = first.bytes + 1_000_000;
  const second = await killInTransfer(cluster, { to: late, index, bytes, killed: leader });
  expect(second.file).toBe(first.file);
  await eventually(`${other} leads`, async () => ((await cluster.status(other)).role === 'leader' ? true : null));
  cluster.start(leader);
  await cluster.node(late).logged('snapshot installed');
  await workload.progress(500);
  const attempts = await workload.stop();
  const begun = cluster.node(late).log.filter(({ msg }) => msg === 'receiving a snapshot');
  expect(begun.map(({ from }) => from)).toEqual([first.bytes]);

  for (const node of cluster.ids) {
    await cluster.caughtUp(node);
    const found = new Map<string, string>();
    for await (const { key, value } of store.list({ prefix: '/', node })) found.set(key, Buffer.from(value).toString());
    const puts = attempts.filter(({ kind, outcome }) => kind === 'put' && outcome === 'written');
    expect(puts.length).toBeGreaterThan(500);
    for (const { key, value } of puts) expect(found.get(key), key).toBe(value);
    for (const [key, value] of content.expected) expect(found.get(key), key).toBe(value);
  }
  const { members } = await store.members();
  expect(members.map(({ transfer }) => transfer)).toEqual([null, null, null]);
  expect(cluster.errorsLogged()).toEqual([]);
});

test('a node whose snapshot is missing or damaged makes another of its state, or gets one', {
  timeout: 120_000,
}, async () => {
  const cluster = await TestCluster.start({ steady: true, environment: snapshotsEvery(100, 0) });
  const store = await cluster.connect();
  const content = new Content(store);
  await content.fill(cluster, cluster.ids, 100, 100);
  const [damaged = ''] = await cluster.followers();
  const folder = snapshotsOf(cluster, damaged);
  const pathOf = (): string => join(folder, readdirSync(folder)[0] ?? '');
  const alter = async (): Promise<void> => {
    const bytes = await readFile(pathOf());
    bytes.writeUInt8(bytes.readUInt8(20_000) ^ 1, 20_000);
    await writeFile(pathOf(), bytes);
  };
  const loseState = (): Promise<void> => writeFile(join(cluster.folder(damaged), 'state', 'boot-id'), 'another\n');
  for (const [damage, finding] of [
    [alter, 'was written in its place'],
    [() => rm(pathOf()), 'was written in its place'],
    [() => Promise.all([alter(), loseState()]), 'the log was set aside'],
    [() => Promise.all([rm(pathOf()), loseState()]), 'the log was set aside'],
  ] as const) {
    await cluster.node(damaged).end('SIGTERM');
    const path = pathOf();
    await damage();
    await cluster.restart(damaged);
    const found = await cluster.node(damaged).logged('found damage on disk');
    expect(found.finding).toContain(path);
    expect(found.finding).toContain(finding);
    await eventually('it is whole again', async () => ((await cluster.status(damaged)).damage === null ? true : null));
    await content.expectOnAll(cluster);
  }
});
