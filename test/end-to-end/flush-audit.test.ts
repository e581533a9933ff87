import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { TestCluster } from '../support/cluster.ts';
import { auditedValue, DurabilityAudit } from '../support/durability-audit.ts';
import { SystemCalls, type Traced } from '../support/system-calls.ts';

const writers = 8;
const writesEach = 25;
const put = 'quorate.main.api.config.put';

const logFileOf = (cluster: TestCluster, id: string): string => join(cluster.folder(id), 'log', 'data.mdb');

/** Writes with values that the audit knows, several at a time; gives how many were acknowledged. */
async function write(cluster: TestCluster, first: number): Promise<number> {
  let acknowledged = 0;
  const writing = Array.from({ length: writers }, async (_, writer) => {
    for (let at = 0; at < writesEach; at += 1) {
      const place = first + writer * writesEach + at;
      const request = JSON.stringify({ key: `/audit/${place % 20}`, value: auditedValue(place), timeoutMs: 20_000 });
      const reply = await cluster.plain.request(put, request, { timeout: 25_000 });
      const answer: unknown = reply.json();
      if (typeof answer === 'object' && answer !== null && 'revision' in answer) acknowledged += 1;
    }
  });
  await Promise.all(writing);
  return acknowledged;
}

test('nothing is acknowledged, voted or answered before the flush that it rests on has returned', {
  timeout: 300_000,
}, async () => {
  const cluster = await TestCluster.start({ steady: true });
  const store = await cluster.connect();
  const clusterId = (await cluster.status('n1')).clusterId ?? '';
  const watched = new Map<string, SystemCalls>();
  for (const id of cluster.ids) watched.set(id, await SystemCalls.of(cluster.node(id).pid));
  const before = await write(cluster, 0);
  const leader = await cluster.leader();
  await store.transfer();
  expect(await cluster.leader()).not.toBe(leader);
  const after = await write(cluster, 1_000);
  const nodes = await Promise.all(
    [...watched].map(async ([id, calls]) => {
      const traced = await calls.stop();
      return { id, logFile: logFileOf(cluster, id), clusterId, traced };
    }),
  );
  for (const { id, logFile, traced } of nodes) await expectFlushingMeta(cluster.node(id).pid, logFile, traced);

  const { violations, ...seen } = new DurabilityAudit(nodes).run();
  expect(violations).toEqual([]);
  expect(before + after).toBe(2 * writers * writesEach);
  expect(seen.answers).toBe(before + after);
  expect(seen.appendReplies).toBeGreaterThan(writesEach);
  expect(seen.votes).toBeGreaterThan(0);
  expect(seen.campaigns).toBeGreaterThan(0);
});

/** LMDB writes the page by which it finds all others over a descriptor that flushes with each write (`O_DSYNC`), and the audit counts on that. */
async function expectFlushingMeta(pid: number, logFile: string, { calls }: Traced): Promise<void> {
  const ofLog = calls.filter(({ path }) => path === logFile);
  const flushed = new Set(ofLog.filter(({ name }) => name === 'fdatasync').map(({ descriptor }) => descriptor));
  const metas = new Set(
    ofLog
      .filter(({ name, descriptor }) => name.startsWith('pwrite') && !flushed.has(descriptor))
      .map(({ descriptor }) => descriptor),
  );
  expect(metas.size).toBe(1);
  for (const descriptor of metas) {
    const flags = /^flags:\s*([0-7]+)$/m.exec(await readFile(`/proc/${pid}/fdinfo/${descriptor}`, 'utf8'))?.[1];
    expect(Number.parseInt(flags ?? '0', 8) & 0o10000).not.toBe(0);
  }
}

test('a flush that fails ends the process within a second, and nothing that it was to hold is acknowledged', {
  timeout: 120_000,
}, async () => {
  const cluster = await TestCluster.start({ ids: ['n1'], steady: true });
  const node = cluster.node('n1');
  const calls = await SystemCalls.of(node.pid, 'fdatasync');
  const request = JSON.stringify({ key: '/audit/lost', value: auditedValue(1), timeoutMs: 1_000 });
  const answer = cluster.plain.request(put, request, { timeout: 2_000 }).then(
    (reply) => String(reply.string()),
    (error: unknown) => String(error),
  );
  expect(await node.ended).toMatchObject({ exitCode: 1 });
  const { calls: seen, endedAtUs } = await calls.stop();
  const failed = seen.find(({ name, succeeded }) => name === 'fdatasync' && !succeeded);
  expect(failed).toBeDefined();
  expect((endedAtUs ?? Number.POSITIVE_INFINITY) - (failed?.beganAtUs ?? 0)).toBeLessThan(1_000_000);
  expect(await answer).not.toContain('revision');
});
