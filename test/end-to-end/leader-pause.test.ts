import { setTimeout as after } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { localDeliveries, TestCluster } from '../support/cluster.ts';
import { writeWhile } from '../support/write-while.ts';

const pauseMs = 2_000;

describe.each(localDeliveries)('local delivery by %s', (localDelivery) => {
  test('nothing acknowledged is lost when the leader stands still for 2 s, 10 times over', {
    timeout: 300_000,
  }, async () => {
    const cluster = await TestCluster.start({ localDelivery });
    await writeWhile(cluster, async (workload) => {
      for (let round = 0; round < 10; round += 1) {
        const leader = await cluster.leader();
        const pause = after(pauseMs);
        await cluster.node(leader).pause();
        expect(await cluster.leader()).not.toBe(leader);
        await pause;
        cluster.node(leader).resume();
        await workload.progress();
        await cluster.caughtUp(leader);
      }
    });
  });
});
