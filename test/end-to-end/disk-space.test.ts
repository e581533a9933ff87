import { type ClusterStatus, DiskSpaceLow, type Store } from '@quorate/client';
import { nodeApiSubject } from '@quorate/wire';
import { expect, test } from 'vitest';
import { TestCluster } from '../support/cluster.ts';
import { eventually } from '../support/eventually.ts';
import type { LogLine } from '../support/node-process.ts';
import { runQuorate } from '../support/quorate-command.ts';
import { SmallDisk } from '../support/small-disk.ts';

const mebibyte = 1024 * 1024;

/** Low with less than 8 MiB, and enough again with 10. */
const watermark = { QUORATE_MIN_FREE_DISK_BYTES: String(8 * mebibyte) };

/** The nodes whose alarms `quorate status` shows, and whether it says that writes are refused. */
async function alarms(cluster: TestCluster): Promise<{ readonly nodes: readonly string[]; readonly refused: boolean }> {
  const { output } = await runQuorate(['status', '--nats', cluster.nats.url]);
  const lines = output.toString().split('\n');
  const nodes = lines.flatMap(
    (line) => /^alarm: (\w+) has .* MiB of disk space free .*\(DiskSpaceLow\)$/.exec(line)?.[1] ?? [],
  );
  return { nodes, refused: lines.includes('alarm: writes are refused, deletes are not (DiskSpaceLow)') };
}

/** Resolves when these nodes have alarms, in that order, and writes are refused, or not. */
async function alarmed(cluster: TestCluster, nodes: readonly string[], refused: boolean): Promise<void> {
  await eventually(`${nodes.join()} have alarms`, async () => {
    const shown = await alarms(cluster);
    return shown.nodes.join() === nodes.join() && shown.refused === refused ? true : null;
  });
}

/** What a put is told that one node is asked for. */
async function putAt(cluster: TestCluster, node: string): Promise<Record<string, unknown>> {
  const subject = nodeApiSubject('main', 'config', node, 'put');
  const reply = await cluster.plain.request(subject, JSON.stringify({ key: '/at', value: node }), { timeout: 5_000 });
  return reply.json<Record<string, unknown>>();
}

/** All nodes have learnt whether puts are refused. */
async function putsAreRefused(cluster: TestCluster, refused: boolean): Promise<void> {
  await eventually(`puts are ${refused ? 'refused' : 'taken'} everywhere`, async () => {
    const replies = await Promise.all(cluster.ids.map((id) => putAt(cluster, id)));
    return replies.every((reply) => 'error' in reply === refused) ? true : null;
  });
}

async function failureOf(call: Promise<unknown>): Promise<unknown> {
  return call.then(
    () => null,
    (error: unknown) => error,
  );
}

const saying = (log: readonly LogLine[], text: string): number => log.filter(({ msg }) => msg.includes(text)).length;

const diskOf = (status: ClusterStatus, id: string) => {
  const node = status.nodes.find((one) => one.id === id);
  return node === undefined || node.role === 'unreachable' ? null : node.disk;
};

async function disksFor(...ids: readonly string[]): Promise<Record<string, SmallDisk>> {
  const entries = ids.map(async (id): Promise<[string, SmallDisk]> => [id, await SmallDisk.mount(32 * mebibyte)]);
  return Object.fromEntries(await Promise.all(entries));
}

const valuesOf = async (store: Store, keys: readonly string[]): Promise<readonly boolean[]> =>
  Promise.all(keys.map(async (key) => (await store.get(key)) !== null));

test('a group whose leader has little disk space refuses puts wherever they come, and takes all else', {
  timeout: 120_000,
}, async () => {
  const disks = await disksFor('n1', 'n2', 'n3');
  const cluster = await TestCluster.start({ steady: true, disks, environment: watermark });
  const store = await cluster.connect({ timeoutMs: 20_000 });
  for (const key of ['/a', '/b', '/c']) await store.put(key, 'before');
  const leader = await cluster.leader();
  const [follower = '', other = ''] = await cluster.followers();
  expect(await alarms(cluster)).toEqual({ nodes: [], refused: false });

  await disks[leader]?.fill(9 * mebibyte);
  await disks[leader]?.fill(7 * mebibyte);
  await alarmed(cluster, [leader], true);
  await putsAreRefused(cluster, true);
  const startedAtMs = performance.now();
  const error = await failureOf(store.put('/refused', 'never'));
  expect(performance.now() - startedAtMs).toBeLessThan(5_000);
  expect(error).toBeInstanceOf(DiskSpaceLow);
  expect(error).toMatchObject({ code: 'DiskSpaceLow', node: leader, neededBytes: 10 * mebibyte });
  const { freeBytes } = error instanceof DiskSpaceLow ? error : { freeBytes: -1 };
  expect(freeBytes).toBeGreaterThan(0);
  expect(freeBytes).toBeLessThanOrEqual(7 * mebibyte);
  expect(await putAt(cluster, follower)).toMatchObject({ error: { code: 'DiskSpaceLow', details: { node: leader } } });
  const refused = await runQuorate(['put', '/refused', 'never', '--nats', cluster.nats.url]);
  expect(refused.exitCode).toBe(1);
  expect(refused.errorOutput).toMatch(/^quorate: node \w+ has \d+ bytes .* \(DiskSpaceLow\)\n$/);

  // Reads, deletes, and whatever the operator does about it.
  expect(await store.delete('/a')).toMatchObject({ deleted: true });
  expect(await valuesOf(store, ['/a', '/b', '/refused'])).toEqual([false, true, false]);
  await store.changeMembers({ remove: [other] });
  const json: unknown = JSON.parse(
    (await runQuorate(['status', '--json', '--nats', cluster.nats.url])).output.toString(),
  );
  expect(json).toMatchObject({ leader, alarms: [{ code: 'DiskSpaceLow', node: leader }] });

  // Between the two marks it stays as it is.
  disks[leader]?.unfill();
  await eventually('the leader has looked again', async () => {
    const disk = diskOf(await store.status(), leader);
    return disk !== null && disk.freeBytes > 8 * mebibyte ? true : null;
  });
  expect(await alarms(cluster)).toEqual({ nodes: [leader], refused: true });
  disks[leader]?.empty();
  cluster.ids = [leader, follower];
  await putsAreRefused(cluster, false);
  await store.put('/after', 'written');
  const { log } = cluster.node(leader);
  for (const text of [
    'disk space is low',
    'disk space is enough again',
    'writes are refused for lack of disk space',
    'writes are taken again',
  ]) {
    expect(saying(log, text), text).toBe(1);
  }
});

test('a follower with little disk space is shown; a majority of them stops puts; a leader without room can hand over', {
  timeout: 120_000,
}, async () => {
  const disks = await disksFor('n1', 'n2', 'n3');
  const cluster = await TestCluster.start({ steady: true, disks, environment: watermark });
  const store = await cluster.connect({ timeoutMs: 20_000 });
  const leader = await cluster.leader();
  const [low = '', other = ''] = await cluster.followers();
  await disks[low]?.fill(6 * mebibyte);
  await alarmed(cluster, [low], false);
  await store.put('/a', 'written');

  await disks[other]?.fill(6 * mebibyte);
  await alarmed(cluster, [low, other].sort(), true);
  await putsAreRefused(cluster, true);
  expect(await failureOf(store.put('/b', 'never'))).toMatchObject({ code: 'DiskSpaceLow' });
  disks[other]?.empty();
  await putsAreRefused(cluster, false);

  await store.transfer(low);
  await putsAreRefused(cluster, true);
  expect(await failureOf(store.put('/b', 'never'))).toMatchObject({ code: 'DiskSpaceLow', node: low });
  await store.transfer(leader);
  await putsAreRefused(cluster, false);
  await store.put('/b', 'written');
  expect(cluster.errorsLogged()).toEqual([]);
});
