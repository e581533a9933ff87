import { existsSync, readdirSync, statSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { checkSnapshot, type Entry, type Store } from '@quorate/client';
import { describe, expect, onTestFinished, test } from 'vitest';
import { localDeliveries, TestCluster } from '../support/cluster.ts';
import { eventually } from '../support/eventually.ts';
import { type CommandResult, runQuorate, spawnQuorate } from '../support/quorate-command.ts';
import { makeTemporaryFolder, removeTemporaryFolder } from '../support/temporary-folder.ts';
import { Workload } from '../support/workload.ts';

const freshIds = ['b1', 'b2', 'b3'];

async function folderForFiles(): Promise<string> {
  const folder = await makeTemporaryFolder('back-up');
  onTestFinished(() => removeTemporaryFolder(folder));
  return folder;
}

/** Runs a command on a cluster. */
const run = (cluster: TestCluster, ...args: readonly string[]): Promise<CommandResult> =>
  runQuorate(args, { QUORATE_NATS: cluster.nats.url });

/** Runs a command that has to succeed, and gives its output. */
async function output(cluster: TestCluster, ...args: readonly string[]): Promise<string> {
  const result = await run(cluster, ...args);
  expect(result).toMatchObject({ exitCode: 0, errorOutput: '' });
  return result.output.toString();
}

/** Nodes in no cluster, on a NATS of their own. */
async function startFresh(ids = freshIds, environment: NodeJS.ProcessEnv = {}): Promise<TestCluster> {
  const fresh = await TestCluster.start({ form: false, ids, steady: true, environment });
  await fresh.answers(...fresh.ids);
  return fresh;
}

async function entriesOf(store: Store, node?: string): Promise<ReadonlyMap<string, Entry>> {
  const entries = new Map<string, Entry>();
  for await (const entry of store.list(node === undefined ? {} : { node })) entries.set(entry.key, entry);
  return entries;
}

/** Puts so many keys of so many bytes. */
async function fill(store: Store, keys: number, bytes: number): Promise<void> {
  for (let from = 0; from < keys; from += 32) {
    const some = Array.from({ length: Math.min(32, keys - from) }, (_, at) => from + at);
    await Promise.all(some.map((at) => store.put(`/large/${at}`, `${at}`.padEnd(bytes, '.'))));
  }
}

describe.each(localDeliveries)('local delivery by %s', (localDelivery) => {
  test('a cluster is saved under load, and another one restored from the file goes on from there', {
    timeout: 120_000,
  }, async () => {
    const file = join(await folderForFiles(), 'main.snapshot');
    const cluster = await TestCluster.start({ localDelivery, steady: true });
    const store = await cluster.connect();
    const workload = new Workload([await cluster.connect(), store], 8);
    await workload.progress(200);
    const { revision: before } = await store.put('/before', 'the save');
    const saved = JSON.parse(await output(cluster, 'snapshot', 'save', file, '--json'));
    await workload.progress(100);
    const attempts = await workload.stop();
    const revision = BigInt(saved.revision);
    expect(revision).toBeGreaterThanOrEqual(before);
    expect(JSON.parse(await output(cluster, 'snapshot', 'check', file, '--json'))).toEqual(saved);
    expect(statSync(file).size).toBe(saved.bytes);

    const fresh = await startFresh(freshIds, { QUORATE_LOCAL_DELIVERY: localDelivery });
    const clusterId = (await output(fresh, 'snapshot', 'restore', file, '--voters', freshIds.join(','))).trim();
    const { clusterId: oldId } = await cluster.status('n1');
    expect(clusterId).toMatch(/^[0-9a-f]{64}$/);
    expect(clusterId).not.toBe(oldId);
    for (const id of freshIds) expect((await fresh.status(id)).clusterId).toBe(clusterId);
    await fresh.leader();

    // All that A had at that revision, and nothing that came later.
    const restored = await fresh.connect();
    const found = await entriesOf(restored);
    expect(found.size).toBe(saved.keys);
    const source = await entriesOf(store);
    for (const [key, entry] of source) if (entry.modRevision <= revision) expect(found.get(key)).toEqual(entry);
    for (const [key, entry] of found) {
      expect(entry.modRevision, key).toBeLessThanOrEqual(revision);
      expect(source.get(key)?.modRevision, key).toBeGreaterThanOrEqual(entry.modRevision);
    }
    const written = attempts.filter((one) => one.kind === 'put' && one.revision !== null && one.revision <= revision);
    expect(written.length).toBeGreaterThan(50);
    for (const { key, value } of written) expect(Buffer.from(found.get(key)?.value ?? []).toString()).toBe(value);
    for (const id of freshIds) expect(await entriesOf(restored, id), id).toEqual(found);

    // The same file under the new cluster's name on every node, and nothing else is left of the restore.
    const names = freshIds.map((id) => readdirSync(join(fresh.folder(id), 'snapshots', 'config')));
    expect(names[0]).toHaveLength(1);
    for (const one of names) expect(one).toEqual(names[0]);
    await eventually('what was staged is gone', async () =>
      freshIds.some((id) => existsSync(join(fresh.folder(id), 'staged'))) ? null : true,
    );
    expect(await restored.put('/after', 'the restore')).toEqual({ revision: revision + 1n });

    const [killed = ''] = await fresh.followers();
    await fresh.node(killed).end('SIGKILL');
    await fresh.restart(killed);
    const now = await entriesOf(restored);
    expect(now.size).toBe(found.size + 1);
    expect(await entriesOf(restored, killed)).toEqual(now);
    expect(fresh.errorsLogged()).toEqual([]);
  });
});

test('a member of the old cluster does not come into the one that is restored', { timeout: 90_000 }, async () => {
  const file = join(await folderForFiles(), 'main.snapshot');
  const cluster = await TestCluster.start({ steady: true });
  const store = await cluster.connect();
  await store.put('/a', 'old');
  await output(cluster, 'snapshot', 'save', file);
  await store.put('/a', 'newer than the file');
  const old = 'n3';
  await cluster.caughtUp(old);
  const { clusterId: oldId, commitIndex, storageId } = await cluster.status(old);
  await cluster.node(old).end('SIGTERM');

  // The old member knows two of them by name, and calls on them.
  const ids = ['n1', 'n2', 'n4'];
  const voters = ids.join(',');
  const fresh = await startFresh(ids);
  const clusterId = (await output(fresh, 'snapshot', 'restore', file, '--voters', voters)).trim();
  const leader = await fresh.leader();
  const { term } = await fresh.status(leader);
  fresh.start(old, { folder: cluster.folder(old) });
  await fresh.answers(old);
  const restored = await fresh.connect();
  await fresh.node(old).logged('became pre-candidate');
  await eventually('the new cluster has heard it', async () => {
    const heard = await Promise.all(['n1', 'n2'].map(async (id) => (await fresh.status(id)).dropped.otherCluster ?? 0));
    return heard.every((count) => count > 0) ? true : null;
  });
  for (let count = 0; count < 20; count += 1) await restored.put('/count', String(count), { node: leader });
  expect(await fresh.status(old)).toMatchObject({ clusterId: oldId, commitIndex, leader: null, storageId });
  expect(await fresh.status(leader)).toMatchObject({ clusterId, role: 'leader', term });
  expect((await fresh.status(leader)).voters.map(({ id }) => id).sort()).toEqual(ids);
  expect(Buffer.from((await restored.get('/a', { node: leader }))?.value ?? []).toString()).toBe('old');
  // A machine that was never in the old one comes in without the file.
  fresh.start('n5');
  await fresh.answers('n5');
  await output(fresh, 'members', 'add', 'n5', '--promote');
  await eventually('n5 has a vote', async () =>
    (await fresh.status(leader)).voters.some(({ id }) => id === 'n5') ? true : null,
  );
  const refused = await run(fresh, 'members', 'add', old);
  expect(refused.errorOutput).toContain('(JoinRefused)');

  // Nor is anything restored into nodes that are in a cluster.
  const again = await run(fresh, 'snapshot', 'restore', file, '--voters', voters);
  expect(again).toMatchObject({ exitCode: 1 });
  expect(again.errorOutput).toContain('(FormationRefused)');
  expect((await restored.get('/count', { node: leader }))?.version).toBe(20n);
});

test('a file that is altered in any byte, or cut off anywhere, is refused, and nothing has changed', {
  timeout: 120_000,
}, async () => {
  const folder = await folderForFiles();
  const file = join(folder, 'main.snapshot');
  const damaged = join(folder, 'damaged.snapshot');
  const cluster = await TestCluster.start({ steady: true, ids: ['n1'] });
  const store = await cluster.connect();
  await fill(store, 200, 1_000);
  await output(cluster, 'snapshot', 'save', file);
  const bytes = await readFile(file);
  const headerEnd = 12 + 9 + bytes.readUInt32BE(13);

  const codeOf = async (content: Buffer): Promise<unknown> => {
    await writeFile(damaged, content);
    return checkSnapshot(damaged).then(
      () => 'none',
      (error: unknown) => (error instanceof Error && 'code' in error ? error.code : error),
    );
  };
  const alteredAt = (at: number, mask: number): Buffer => {
    const altered = Buffer.from(bytes);
    altered.writeUInt8(altered.readUInt8(at) ^ mask, at);
    return altered;
  };
  const positions = [
    ...Array.from({ length: headerEnd + 64 }, (_, at) => at),
    ...Array.from({ length: 200 }, (_, at) => headerEnd + 64 + at * Math.floor((bytes.length - headerEnd - 64) / 200)),
    ...Array.from({ length: 64 }, (_, at) => bytes.length - 1 - at),
  ];
  for (const at of positions) {
    const isVersion = at >= 8 && at < 12;
    expect(await codeOf(alteredAt(at, 1 << (at % 8))), `byte ${at}`).toBe(
      isVersion ? 'UnknownSnapshotFormat' : 'SnapshotDamaged',
    );
  }
  for (const length of [0, 1, 11, 12, 20, headerEnd, headerEnd + 9, bytes.length / 2, bytes.length - 1]) {
    expect(await codeOf(bytes.subarray(0, length)), `${length} bytes`).toBe('SnapshotDamaged');
  }
  expect(await codeOf(Buffer.concat([bytes, Buffer.alloc(1)]))).toBe('SnapshotDamaged');
  expect(await codeOf(bytes)).toBe('none');

  const fresh = await startFresh();
  const before = freshIds.map((id) => readdirSync(fresh.folder(id)).sort());
  const restore = (path: string, ...args: readonly string[]): Promise<CommandResult> =>
    run(fresh, 'snapshot', 'restore', path, '--voters', freshIds.join(','), ...args);
  for (const [content, code] of [
    [alteredAt(headerEnd + 2_000, 4), 'SnapshotDamaged'],
    [alteredAt(30, 1), 'SnapshotDamaged'],
    [bytes.subarray(0, 20_000), 'SnapshotDamaged'],
    [alteredAt(11, 2), 'UnknownSnapshotFormat'],
  ] as const) {
    await writeFile(damaged, content);
    const refused = await restore(damaged);
    expect(refused.exitCode).toBe(1);
    expect(refused.errorOutput).toContain(`(${code})`);
  }
  for (const [args, code] of [
    [['--cluster', 'blue'], 'SnapshotOfAnotherCluster'],
    [['--from-cluster', 'blue'], 'SnapshotOfAnotherCluster'],
    [['--group', 'other'], 'SnapshotOfAnotherGroup'],
  ] as const) {
    expect((await restore(file, ...args)).errorOutput).toContain(`(${code})`);
  }
  const unknown = await run(fresh, 'snapshot', 'restore', file, '--voters', 'b1,b2,b9', '--timeout', '1000');
  expect(unknown.errorOutput).toContain('node b9 does not answer');
  for (const [at, id] of freshIds.entries()) {
    expect((await fresh.status(id)).formation).toBe('unformed');
    expect(readdirSync(fresh.folder(id)).sort()).toEqual(before[at]);
  }
  expect((await restore(file)).exitCode).toBe(0);
});

test('a snapshot of another cluster and group is restored where that is said to be meant', {
  timeout: 60_000,
}, async () => {
  const file = join(await folderForFiles(), 'main.snapshot');
  const cluster = await TestCluster.start({ steady: true, ids: ['n1'] });
  const store = await cluster.connect();
  await fill(store, 50, 2_000);
  const info = await store.saveSnapshot(file);
  const names = { cluster: 'blue', group: 'copy' };
  const fresh = await TestCluster.start({
    form: false,
    ids: freshIds,
    steady: true,
    environment: { QUORATE_CLUSTER: names.cluster, QUORATE_GROUP: names.group },
  });
  for (const id of freshIds) await fresh.node(id).logged('connected to NATS');
  const where = ['--cluster', names.cluster, '--group', names.group];
  const origin = ['--from-cluster', 'main', '--from-group', 'config'];
  await output(fresh, 'snapshot', 'restore', file, '--voters', freshIds.join(','), ...where, ...origin);
  const copy = await fresh.connect(names);
  expect(await entriesOf(copy)).toEqual(await entriesOf(store));
  expect(await copy.put('/more', '1')).toEqual({ revision: info.revision + 1n });
});

test('whoever is killed on the way, a save comes to its end, and a restore to its end or to nothing', {
  timeout: 240_000,
}, async () => {
  const folder = await folderForFiles();
  const file = join(folder, 'main.snapshot');
  const cluster = await TestCluster.start({ steady: true });
  // No entry comes by itself, so that the second save finds the snapshot of the first.
  const store = await cluster.connect({ sessions: false });
  await fill(store, 2_000, 20_000);
  const draft = (): string | undefined => readdirSync(folder).find((name) => name.endsWith('.part'));
  const draftBytes = (): number => {
    const name = draft();
    return name === undefined ? 0 : (statSync(join(folder, name), { throwIfNoEntry: false })?.size ?? 0);
  };
  const environment = { QUORATE_NATS: cluster.nats.url };

  const interrupted = spawnQuorate(['snapshot', 'save', file], environment);
  const isOver = new Promise<number | null>((resolve) => interrupted.once('exit', (code) => resolve(code)));
  await eventually('a file is on its way', async () => (draftBytes() > 4_000_000 ? true : null));
  interrupted.kill('SIGINT');
  expect(await isOver).toBe(1);
  expect(readdirSync(folder)).toEqual([]);

  const [serving = ''] = await cluster.followers();
  const saving = run(cluster, 'snapshot', 'save', file, '--json');
  await eventually('a file is on its way', async () => (draftBytes() > 4_000_000 ? true : null));
  await cluster.node(serving).end('SIGKILL');
  const { exitCode, output: said, errorOutput } = await saving;
  expect({ exitCode, errorOutput }).toEqual({ exitCode: 0, errorOutput: '' });
  expect(readdirSync(folder)).toEqual(['main.snapshot']);
  const { revision, keys } = JSON.parse(said.toString());
  expect(keys).toBe(2_000);

  const fresh = await startFresh();
  const stagedBytes = (id: string): number => {
    const staged = join(fresh.folder(id), 'staged');
    const [name] = existsSync(staged) ? readdirSync(staged) : [];
    return name === undefined ? 0 : (statSync(join(staged, name), { throwIfNoEntry: false })?.size ?? 0);
  };
  const args = ['snapshot', 'restore', file, '--voters', freshIds.join(',')];
  const killed = spawnQuorate(args, { QUORATE_NATS: fresh.nats.url });
  await eventually('it is on its way', async () => (stagedBytes('b2') > 5_000_000 ? true : null));
  killed.kill('SIGKILL');
  const atLeast = stagedBytes('b2');

  const restoring = run(fresh, ...args);
  await eventually('it goes on', async () => (stagedBytes('b2') > atLeast + 5_000_000 ? true : null));
  await fresh.node('b2').end('SIGKILL');
  expect(stagedBytes('b2')).toBeGreaterThan(atLeast + 5_000_000);
  fresh.start('b2');
  const restored = await restoring;
  expect(restored).toMatchObject({ exitCode: 0 });
  for (const id of freshIds) await fresh.node(id).end('SIGKILL');
  for (const id of freshIds) fresh.start(id);
  await fresh.leader();
  const copy = await fresh.connect();
  expect((await entriesOf(copy)).size).toBe(2_000);
  expect(await copy.put('/after', '1')).toEqual({ revision: BigInt(revision) + 1n });
});
