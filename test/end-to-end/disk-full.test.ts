import { readdirSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Store } from '@quorate/client';
import { expect, test } from 'vitest';
import { TestCluster } from '../support/cluster.ts';
import { eventually } from '../support/eventually.ts';
import { SmallDisk } from '../support/small-disk.ts';

const mebibyte = 1024 * 1024;

/** Nothing but the full disk itself is to stop these nodes. */
const noWatermark = { QUORATE_MIN_FREE_DISK_BYTES: '0' };

/** Writes until a write fails. Gives the keys whose writes were acknowledged. */
async function writeUntilItFails(store: Store, mark: string): Promise<readonly string[]> {
  const written: string[] = [];
  for (let at = 0; ; at += 1) {
    const key = `/${mark}/${String(at).padStart(5, '0')}`;
    try {
      await store.put(key, mark.repeat(1_000), { timeoutMs: 5_000 });
    } catch {
      return written;
    }
    written.push(key);
  }
}

/** A node has these keys. */
async function expectKeys(store: Store, keys: readonly string[], node: string): Promise<void> {
  const found = new Set<string>();
  for await (const { key } of store.list({ prefix: '/', node })) found.add(key);
  expect(keys.filter((key) => !found.has(key))).toEqual([]);
}

/** Without a byte to spare n1 does not begin, and says why. */
async function expectRefusedWithoutRoom(cluster: TestCluster, disk: SmallDisk): Promise<void> {
  await disk.fill(0, cluster.folder('n1'));
  const refused = cluster.start('n1');
  expect(await refused.ended).toEqual({ exitCode: 2, signal: null });
  expect(refused.errorOutput).toMatch(
    /^quorate: data folder \S+\/n1 cannot be written: the disk is full \(ENOSPC\)\n$/,
  );
}

test.each([
  ['whatever', null],
  ['its log', 'log'],
  ['its state', 'state'],
])(
  'a node whose disk is full when it writes %s stops, and has everything when there is room',
  {
    timeout: 120_000,
  },
  async (_what, part) => {
    const disk = await SmallDisk.mount(64 * mebibyte);
    const cluster = await TestCluster.start({ ids: ['n1'], disks: { n1: disk }, environment: noWatermark });
    const store = await cluster.connect();
    const folder = join(cluster.folder('n1'), part ?? '.');
    if (part !== null) {
      await cluster.node('n1').end('SIGTERM');
      await disk.mountAt(folder, 8 * mebibyte);
      await cluster.restart('n1');
    }

    const written: string[] = [];
    for (const round of ['a', 'b', 'c']) {
      await disk.fill(200_000, folder);
      written.push(...(await writeUntilItFails(store, round)));
      expect(await cluster.node('n1').ended).toEqual({ exitCode: 74, signal: null });
      expect(cluster.node('n1').errorOutput).toMatch(/^quorate: the disk of data folder \S+\/n1 is full: [^\n]*$/m);
      expect(cluster.errorsLogged().at(-1)?.msg).toMatch(/^the disk is full: /);
      if (part === null) await expectRefusedWithoutRoom(cluster, disk);
      disk.empty(folder);
      await cluster.restart('n1');
      await expectKeys(store, written, 'n1');
    }
    expect(written.length).toBeGreaterThan(10);
  },
);

test('a follower that has no room stops alone, the others go on, and it catches up when there is room', {
  timeout: 120_000,
}, async () => {
  const disks = { n1: await SmallDisk.mount(32 * mebibyte) };
  const cluster = await TestCluster.start({ disks, environment: noWatermark });
  const store = await cluster.connect({ timeoutMs: 20_000 });
  if ((await cluster.leader()) === 'n1') await store.transfer();
  await disks.n1.fill(300_000);
  const keys = Array.from({ length: 1_000 }, (_, at) => `/key/${at}`);
  for (let at = 0; at < keys.length; at += 50) {
    await Promise.all(keys.slice(at, at + 50).map((key) => store.put(key, key.repeat(100))));
  }
  expect(await cluster.node('n1').ended).toEqual({ exitCode: 74, signal: null });
  disks.n1.empty();
  await cluster.restart('n1');
  await expectKeys(store, keys, 'n1');
});

const draftsOf = (disk: SmallDisk, folder: string): readonly string[] =>
  readdirSync(disk.outside(folder)).filter((name) => name === 'draft');

test('a snapshot that finds no room is given up, the node goes on, and the next one is taken', {
  timeout: 120_000,
}, async () => {
  const disk = await SmallDisk.mount(64 * mebibyte);
  const environment = { ...noWatermark, QUORATE_SNAPSHOT_ENTRIES: '100', QUORATE_LOG_TAIL_ENTRIES: '0' };
  const cluster = await TestCluster.start({ ids: ['n1'], disks: { n1: disk }, environment });
  const store = await cluster.connect();
  const folder = join(cluster.folder('n1'), 'snapshots', 'config');
  await cluster.node('n1').end('SIGTERM');
  await disk.mountAt(folder, 4 * mebibyte);
  await cluster.restart('n1');
  await disk.fill(100_000, folder);

  const put = async (from: number, count: number): Promise<void> => {
    for (let at = from; at < from + count; at += 1) await store.put(`/key/${at}`, 'x'.repeat(5_000));
  };
  await put(0, 150);
  const failed = await cluster.node('n1').logged('no snapshot was taken');
  expect(failed.reason).toMatch(/ENOSPC/);
  expect(draftsOf(disk, folder)).toEqual([]);
  await put(150, 30);
  expect(cluster.node('n1').runs).toBe(true);

  disk.empty(folder);
  await put(180, 100);
  await cluster.node('n1').logged('snapshot taken', ({ index }) => index === 200);
  const keys = Array.from({ length: 280 }, (_, at) => `/key/${at}`);
  await expectKeys(store, keys, 'n1');
  await cluster.node('n1').end('SIGKILL');
  await cluster.restart('n1');
  await expectKeys(store, keys, 'n1');

  // The state is what an operator may delete to make it small again.
  await cluster.node('n1').end('SIGTERM');
  await rm(disk.outside(join(cluster.folder('n1'), 'state')), { recursive: true });
  await cluster.restart('n1');
  await expectKeys(store, keys, 'n1');
});

test('a follower without room for the snapshot that it is sent goes on with it when there is', {
  timeout: 120_000,
}, async () => {
  const disks = { n3: await SmallDisk.mount(64 * mebibyte) };
  const environment = { ...noWatermark, QUORATE_SNAPSHOT_ENTRIES: '200', QUORATE_LOG_TAIL_ENTRIES: '0' };
  const cluster = await TestCluster.start({ steady: true, disks, environment });
  const store = await cluster.connect({ timeoutMs: 20_000 });
  const folder = join(cluster.folder('n3'), 'snapshots', 'config');
  await cluster.node('n3').end('SIGTERM');
  await disks.n3.mountAt(folder, 16 * mebibyte);
  const keys = Array.from({ length: 620 }, (_, at) => `/key/${String(at).padStart(3, '0')}`);
  for (let at = 0; at < keys.length; at += 20) {
    await Promise.all(keys.slice(at, at + 20).map((key) => store.put(key, key.repeat(1_000))));
  }
  await eventually('all logs are compacted', async () => {
    const statuses = await Promise.all(['n1', 'n2'].map((id) => cluster.status(id)));
    return statuses.every(({ firstIndex }) => firstIndex > 200) ? true : null;
  });

  await disks.n3.fill(2_500_000, folder);
  cluster.start('n3');
  const refused = await cluster.node('n3').logged('no room for a snapshot that the leader sends');
  expect(refused.stored).toBeGreaterThan(1_000_000);
  // The leader has asked several times since.
  await store.put('/meanwhile', 'written');
  expect(cluster.node('n3').runs).toBe(true);
  disks.n3.empty(folder);
  await cluster.node('n3').logged('snapshot loaded');
  await cluster.caughtUp('n3');
  await expectKeys(store, [...keys, '/meanwhile'], 'n3');
  // Told again only if more of it was stored meanwhile: a file system may have found another block.
  const refusals = cluster.node('n3').log.filter(({ msg }) => msg.startsWith('no room for a snapshot'));
  expect(new Set(refusals.map(({ stored }) => stored)).size).toBe(refusals.length);
});
