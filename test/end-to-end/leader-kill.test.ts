import { describe, test } from 'vitest';
import { localDeliveries, TestCluster } from '../support/cluster.ts';
import { writeWhile } from '../support/write-while.ts';

/** More than what is under way to a follower at once. */
const manyWrites = 300;

describe.each(localDeliveries)('local delivery by %s', (localDelivery) => {
  test('nothing acknowledged is lost when the leader is killed, 10 times over', { timeout: 300_000 }, async () => {
    const cluster = await TestCluster.start({ localDelivery });
    await writeWhile(cluster, async (workload) => {
      for (let round = 0; round < 10; round += 1) {
        const leader = await cluster.leader();
        // Every other time one follower is far behind when the leader dies: only the other one has all that was acknowledged.
        const [late = ''] = round % 2 === 0 ? [] : await cluster.followers();
        if (late !== '') {
          await cluster.node(late).pause();
          await workload.progress(manyWrites);
        }
        await cluster.node(leader).end('SIGKILL');
        if (late !== '') cluster.node(late).resume();
        await workload.progress();
        await cluster.restart(leader);
      }
    });
  });
});
