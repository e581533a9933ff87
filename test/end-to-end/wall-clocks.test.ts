import { alarmsOf, clocksOf, type Store } from '@quorate/client';
import { expect, test } from 'vitest';
import { TestCluster } from '../support/cluster.ts';
import { eventually } from '../support/eventually.ts';
import { WallClock } from '../support/wall-clock.ts';
import { writeWhile } from '../support/write-while.ts';

const hourS = 3_600;
const ids = ['n1', 'n2', 'n3'];

/** Three nodes, each with a wall clock that the test sets. */
async function clusterWithClocks(): Promise<{ cluster: TestCluster; clocks: ReadonlyMap<string, WallClock> }> {
  const clocks = new Map<string, WallClock>();
  for (const id of ids) clocks.set(id, await WallClock.make());
  const environments = Object.fromEntries([...clocks].map(([id, { environment }]) => [id, environment]));
  return { cluster: await TestCluster.start({ steady: true, environments }), clocks };
}

/** Reads without pause until it is stopped. Gives how often; a read that fails is thrown. */
function readOnAndOn(store: Store): { stop(): Promise<number> } {
  let isStopped = false;
  const reading = (async () => {
    let reads = 0;
    for (; !isStopped; reads += 1) await store.get('/counters/0');
    return reads;
  })();
  // A failure is told by `stop`.
  reading.catch(() => {});
  return {
    stop: () => {
      isStopped = true;
      return reading;
    },
  };
}

test('wall clocks that jump by an hour either way cost no write, no read and no election', {
  timeout: 180_000,
}, async () => {
  const { cluster, clocks } = await clusterWithClocks();
  const leader = await cluster.leader();
  const { term } = await cluster.status(leader);
  const readers = [await cluster.connect(), await cluster.connect()].map(readOnAndOn);
  const attempts = await writeWhile(cluster, async (workload) => {
    for (const [id, clock] of clocks) {
      for (const aheadS of [hourS, -hourS, 0]) {
        await clock.set(aheadS);
        await workload.progress();
      }
      expect(cluster.node(id).runs).toBe(true);
    }
    for (const aheadS of [hourS, -hourS, 0]) {
      for (const clock of clocks.values()) await clock.set(aheadS);
      await workload.progress();
    }
  });
  for (const reader of readers) expect(await reader.stop()).toBeGreaterThan(10);
  const failed = attempts.filter(({ outcome, code }) => outcome !== 'written' && code !== 'RevisionMismatch');
  expect(failed).toEqual([]);
  expect(await cluster.leader()).toBe(leader);
  for (const status of await cluster.statuses()) expect(status.term).toBe(term);

  const entries = await cluster.entries(leader);
  const isFalling = entries.some(({ timestampUs, logTimeMs }, at) => {
    const before = entries[at - 1];
    return before !== undefined && (timestampUs <= before.timestampUs || logTimeMs < before.logTimeMs);
  });
  expect(isFalling).toBe(false);
});

test("whose clock is off is shown, be it the leader's, and timestamps are right all the same", {
  timeout: 120_000,
}, async () => {
  const { cluster, clocks } = await clusterWithClocks();
  const store = await cluster.connect();
  const leader = await cluster.leader();
  const [follower = ''] = await cluster.followers();
  const alarmsAre = (expected: readonly string[]): Promise<unknown> =>
    eventually(`alarms are ${expected.join()}`, async () => {
      const alarms = alarmsOf(await store.status()).map(({ code, node }) => `${code} ${node}`);
      return alarms.join() === expected.join() ? true : null;
    });
  for (const [id, aheadS] of [
    [follower, -hourS],
    [leader, hourS],
  ] as const) {
    await clocks.get(id)?.set(aheadS);
    await alarmsAre([`ClockOff ${id}`]);
    const offsets = [...clocksOf(await store.status())].map(([node, { offsetMs }]) => [
      node,
      // Not minus zero.
      Math.round(offsetMs / 60_000) + 0,
    ]);
    expect(Object.fromEntries(offsets)).toEqual(
      Object.fromEntries(ids.map((node) => [node, node === id ? aheadS / 60 : 0])),
    );
    await store.put('/who/is/off', id);
    const last = (await cluster.entries(leader)).at(-1);
    expect(Math.abs((last?.timestampUs ?? 0) / 1000 - Date.now())).toBeLessThan(600_000);
    await clocks.get(id)?.set(0);
    await alarmsAre([]);
  }
  const logged = cluster.node(leader).log.filter(({ msg }) => msg.startsWith('the wall clock of a member'));
  expect(logged.map(({ msg, member }) => [msg, member])).toEqual([
    ['the wall clock of a member is off', follower],
    ['the wall clock of a member is right again', follower],
    ['the wall clock of a member is off', leader],
    ['the wall clock of a member is right again', leader],
  ]);
  expect(await cluster.leader()).toBe(leader);
});
