import { setTimeout as after } from 'node:timers/promises';
import type { WriteTimeline } from '@quorate/client';
import { headers } from 'nats';
import { describe, expect, test } from 'vitest';
import { localDeliveries, TestCluster } from '../support/cluster.ts';
import { runQuorate } from '../support/quorate-command.ts';

/** By how much what is added up may differ from the whole. */
const tolerance = 0.05;
const pauseMs = 300;

describe.each(localDeliveries)('local delivery by %s', (localDelivery) => {
  test('trace draws where the time of a write went, on every node, and it adds up', { timeout: 120_000 }, async () => {
    const cluster = await TestCluster.start({ localDelivery, steady: true });
    const leader = await cluster.leader();
    const follower = cluster.ids.find((id) => id !== leader) ?? '';
    for (const node of [leader, follower]) {
      const { exitCode, output, errorOutput } = await quorate(
        cluster,
        'trace',
        'put',
        '/a',
        'x',
        '--node',
        node,
        '--json',
      );
      expect({ exitCode, errorOutput }).toEqual({ exitCode: 0, errorOutput: '' });
      const traced = JSON.parse(output.toString());
      const timeline: WriteTimeline = traced.timeline;
      expect(timeline).toMatchObject({ leader, missing: [] });
      expect(cluster.ids).toContain(timeline.completedBy);
      // The answer was on its way to the client yet.
      expect(timeline.wholeMs).toBeLessThan(traced.clientMs);
      expectToAddUp(timeline);
      const began = timeline.stages[0];
      expect(began).toMatchObject({ node, stage: 'gateway', isOnPath: true });
      for (const id of cluster.ids) {
        const stages = timeline.stages.filter((stage) => stage.node === id).map(({ stage }) => stage);
        expect(stages, id).toEqual(expect.arrayContaining(['flushWait', 'flush', 'apply']));
      }
    }
    const { output } = await quorate(cluster, 'trace', 'put', '/secret-key', 'secret-value');
    const text = output.toString();
    expect(text).toMatch(
      /^revision 3, index \d+ of term \d+: \d+\.\d\d ms; n\d led, n\d completed the quorum; the client waited \d+\.\d\d ms\n/,
    );
    expect(text).toContain('count the quorum');
    expect(text).toMatch(/█/);
    expect(text).not.toContain('secret');
  });
});

test('slow draws the writes that took longest, though nobody had asked for a trace of them', {
  timeout: 120_000,
}, async () => {
  const cluster = await TestCluster.start({ steady: true });
  const store = await cluster.connect();
  for (let at = 0; at < 20; at += 1) await store.put(`/usual/${at}`, 'x');
  const leader = await cluster.leader();
  const followers = cluster.ids.filter((id) => id !== leader);
  await Promise.all(followers.map((id) => cluster.node(id).pause()));
  const written = store.put('/slow', 'x');
  await after(pauseMs);
  for (const id of followers) cluster.node(id).resume();
  await written;

  const { output } = await quorate(cluster, 'slow', '--limit', '2', '--json');
  const [slowest, ...others] = output
    .toString()
    .trim()
    .split('\n')
    .map((line): WriteTimeline & { readonly ageMs: number } => JSON.parse(line));
  expect(others).toHaveLength(1);
  if (slowest === undefined) throw new Error('there is one');
  expect(slowest.wholeMs).toBeGreaterThan(pauseMs - 50);
  expect(slowest.wholeMs).toBeGreaterThan(others[0]?.wholeMs ?? 0);
  expect(slowest.leader).toBe(leader);
  expect(followers).toContain(slowest.completedBy);
  expectToAddUp(slowest);
  // The wire to whoever stood still is what it waited for.
  const [longest] = slowest.stages
    .filter(({ isOnPath }) => isOnPath)
    .sort((a, b) => b.endMs - b.beginMs - (a.endMs - a.beginMs));
  expect(longest?.stage).toBe('wire');
  const text = (await quorate(cluster, 'slow')).output.toString();
  expect(text).toContain(`index ${slowest.index} of term`);
  expect(text).toContain(' s ago');
});

test('any client that sends a traceparent is told where its write stands, and a node tells what it remembers', {
  timeout: 120_000,
}, async () => {
  const { plain } = await TestCluster.start({ steady: true });
  const put = async (traceparent: string | null) => {
    const carried = headers();
    if (traceparent !== null) carried.set('traceparent', traceparent);
    const reply = await plain.request('quorate.main.api.config.put', '{"key":"/a","value":"1"}', {
      timeout: 10_000,
      headers: carried,
    });
    return reply.headers?.get('Quorate-Index') ?? '';
  };
  const index = await put(`00-${'ab'.repeat(16)}-${'cd'.repeat(8)}-01`);
  expect(Number(index)).toBeGreaterThan(1);
  expect(await put(null)).toBe('');
  const told = await plain.request('quorate.main.api.config.node.n1.stages', JSON.stringify({ indexes: [index] }));
  expect(told.json()).toMatchObject({ node: 'n1', writes: [{ index, log: { batchEntries: 1 } }] });
  const refused = await plain.request('quorate.main.api.config.node.n1.stages', '{"indexes":[0]}');
  expect(refused.json()).toMatchObject({ error: { code: 'InvalidRequest' } });
});

test('nodes that are told to remember nothing do not, and the write is made', { timeout: 120_000 }, async () => {
  const cluster = await TestCluster.start({ steady: true, environment: { QUORATE_REMEMBERED_WRITES: '0' } });
  const { exitCode, errorOutput } = await quorate(cluster, 'trace', 'put', '/a', 'x');
  expect(exitCode).toBe(1);
  expect(errorOutput).toContain('revision 1 was written, but the nodes remember no writes');
  expect((await quorate(cluster, 'slow')).output.toString()).toBe('the nodes remember no writes\n');
  expect((await quorate(cluster, 'get', '/a')).output.toString()).toBe('x');
});

const quorate = (cluster: TestCluster, ...args: readonly string[]) => runQuorate([...args, '--nats', cluster.nats.url]);

/** What the answer waited for follows one another, from the beginning to the end, and is the whole. */
function expectToAddUp({ stages, wholeMs }: WriteTimeline): void {
  const path = stages.filter(({ isOnPath }) => isOnPath);
  const sumMs = path.reduce((sum, { beginMs, endMs }) => sum + endMs - beginMs, 0);
  expect(Math.abs(sumMs - wholeMs) / wholeMs).toBeLessThan(tolerance);
  for (const [at, { beginMs }] of path.entries()) expect(beginMs).toBeCloseTo(path[at - 1]?.endMs ?? 0, 6);
}
