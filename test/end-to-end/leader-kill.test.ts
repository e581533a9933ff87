import { describe, test } from 'vitest';
import { localDeliveries, TestCluster } from '../support/cluster.ts';
import type { Attempt } from '../support/workload.ts';
import { writeWhile } from '../support/write-while.ts';

/** More than what is under way to a follower at once. */
const manyWrites = 300;

describe.each(localDeliveries)('local delivery by %s', (localDelivery) => {
  test('nothing acknowledged is lost when the leader is killed, 10 times over', { timeout: 300_000 }, async () => {
    const cluster = await TestCluster.start({ localDelivery });
    const killedAtMs: number[] = [];
    const attempts = await writeWhile(cluster, async (workload) => {
      for (let round = 0; round < 10; round += 1) {
        const leader = await cluster.leader();
        // Every other time one follower is far behind when the leader dies: only the other one has all that was acknowledged.
        const [late = ''] = round % 2 === 0 ? [] : await cluster.followers();
        if (late !== '') {
          await cluster.node(late).pause();
          await workload.progress(manyWrites);
        }
        killedAtMs.push(performance.now());
        await cluster.node(leader).end('SIGKILL');
        if (late !== '') cluster.node(late).resume();
        await workload.progress();
        await cluster.restart(leader);
      }
    });
    const gaps = killedAtMs.map((atMs, kill) => longestGapMs(attempts, atMs, killedAtMs[kill + 1]).toFixed(0));
    console.log(
      `local delivery by ${localDelivery}: the longest time without an acknowledged write after each kill, in ms: ${gaps.join(', ')}`,
    );
  });
});

/** Of those between two moments. */
function longestGapMs(attempts: readonly Attempt[], fromMs: number, untilMs = Number.POSITIVE_INFINITY): number {
  const times = attempts.filter(({ outcome }) => outcome === 'written').map(({ endedAtMs }) => endedAtMs);
  const within = times.filter((atMs) => atMs > fromMs && atMs < untilMs).sort((one, other) => one - other);
  return Math.max(...within.map((atMs, at) => atMs - (within[at - 1] ?? fromMs)));
}
