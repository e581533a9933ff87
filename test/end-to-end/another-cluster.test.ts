import { join } from 'node:path';
import { alarmsOf, restoreCluster } from '@quorate/client';
import { nodeApiSubject } from '@quorate/wire';
import { expect, onTestFinished, test } from 'vitest';
import { TestCluster } from '../support/cluster.ts';
import { eventually } from '../support/eventually.ts';
import { makeTemporaryFolder, removeTemporaryFolder } from '../support/temporary-folder.ts';

const oldIds = ['n1', 'n2', 'n3'];
const newIds = ['r1', 'r2', 'r3'];

test('all of an old cluster comes back beside the one that was restored under its name: a store speaks with one of them, and says so when that ends', {
  timeout: 180_000,
}, async () => {
  const folder = await makeTemporaryFolder('another-cluster');
  onTestFinished(() => removeTemporaryFolder(folder));
  const file = join(folder, 'main.snapshot');
  const old = await TestCluster.start({ ids: oldIds, steady: true });
  const outliving = await old.connect();
  await outliving.put('/count', 'old');
  await outliving.saveSnapshot(file);
  for (const id of oldIds) await old.node(id).end('SIGTERM');

  // The same NATS, and the same name.
  const restored = await TestCluster.start({ nats: old.nats, ids: newIds, form: false, steady: true });
  await restored.answers(...newIds);
  await restoreCluster({ servers: old.nats.url, file, voters: newIds });
  await restored.leader();
  // Whoever spoke with the old one hears that there is another.
  await expect(outliving.put('/count', 'x', { timeoutMs: 2_000 })).rejects.toMatchObject({ code: 'AnotherCluster' });
  const { revision } = await outliving.put('/count', 'after');

  for (const id of oldIds) old.start(id);
  await old.leader();
  const settled = await old.converged();
  const before = await old.status('n1');
  expect(before.clusterId).not.toBe((await restored.status('r1')).clusterId);
  const store = outliving;
  const feed = store.committed({ fromIndex: BigInt((await restored.status('r1')).lastApplied) + 1n });
  for (let at = 0; at < 40; at += 1) {
    expect(await store.put('/count', String(at))).toEqual({ revision: revision + BigInt(at) + 1n });
    expect(Buffer.from((await store.get('/count', { consistency: 'local' }))?.value ?? []).length).toBeGreaterThan(0);
  }
  const fed: string[] = [];
  for await (const { command } of feed) {
    if (command?.kind === 'put') fed.push(Buffer.from(command.value).toString());
    if (fed.length === 40) break;
  }
  expect(fed).toEqual(Array.from({ length: 40 }, (_, at) => String(at)));
  // The old cluster has heard nothing of it, though it leads and would have done it.
  for (const id of oldIds) expect((await old.status(id)).commitIndex).toBe(settled);
  // Whoever speaks JSON may name the cluster, and hears which one answers.
  const restoredId = (await restored.status('r1')).clusterId;
  const question = JSON.stringify({ key: '/count', clusterId: restoredId, consistency: 'local' });
  const refused = await old.plain.request(nodeApiSubject('main', 'config', 'n1', 'get'), question);
  expect(refused.json()).toMatchObject({ error: { code: 'AnotherCluster' } });
  expect(refused.headers?.get('Quorate-Cluster')).toBe(before.clusterId?.slice(0, 16));
  const status = await store.status();
  expect(status.nodes.map(({ id }) => id)).toEqual(newIds);
  expect(alarmsOf(status).map(({ code, node }) => [code, node])).toEqual(oldIds.map((id) => ['AnotherCluster', id]));

  for (const id of newIds) await restored.node(id).end('SIGKILL');
  await expect(store.get('/count', { timeoutMs: 3_000 })).rejects.toMatchObject({ code: 'AnotherCluster' });
  await eventually('the old one answers', async () => {
    const entry = await store.get('/count');
    return Buffer.from(entry?.value ?? []).toString() === 'old' ? true : null;
  });
});
