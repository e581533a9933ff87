import { setTimeout as after } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { type LocalDelivery, TestCluster } from '../support/cluster.ts';
import { writeWhile } from '../support/write-while.ts';

const pauseMs = 2_000;
// The slower way shows nothing else in ten rounds than in five.
const cases: readonly (readonly [rounds: number, localDelivery: LocalDelivery])[] = [
  [10, 'memory'],
  [5, 'nats'],
];

describe.each(cases)('%i times, local delivery by %s', (rounds, localDelivery) => {
  test('nothing acknowledged is lost when the leader stands still for 2 s', { timeout: 300_000 }, async () => {
    const cluster = await TestCluster.start({ localDelivery });
    await writeWhile(cluster, async (workload) => {
      for (let round = 0; round < rounds; round += 1) {
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
