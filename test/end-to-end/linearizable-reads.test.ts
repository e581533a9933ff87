import { describe, expect, test } from 'vitest';
import { localDeliveries, TestCluster } from '../support/cluster.ts';
import { eventually } from '../support/eventually.ts';

const rounds = 150;

describe.each(localDeliveries)('local delivery by %s', (localDelivery) => {
  test('a read through any node sees what was acknowledged before, whatever becomes of leaders', {
    timeout: 240_000,
  }, async () => {
    const cluster = await TestCluster.start({ localDelivery });
    const store = await cluster.connect();
    const living = new Set(cluster.ids);
    /** Asks until the node answers: for a moment it may know of no leader. */
    const readAt = (node: string): Promise<number> =>
      eventually(`${node} answers`, async () => {
        const entry = await store.get('/number', { node });
        return Number(Buffer.from(entry?.value ?? []).toString());
      });
    const expectEverywhere = async (number: number): Promise<void> =>
      expect(await Promise.all([...living].map(readAt))).toEqual([...living].map(() => number));
    /** The same text twice does no harm, so that one whose outcome is unknown can be written again. */
    const write = (number: number, node?: string): Promise<boolean> =>
      eventually('the write is acknowledged', async () => {
        await store.put('/number', String(number), node === undefined ? {} : { node });
        return true;
      });

    for (let number = 1; number <= rounds; number += 1) {
      if (number % 50 === 25) {
        const killed = await cluster.leader();
        await write(number);
        await cluster.node(killed).end('SIGKILL');
        living.delete(killed);
        await expectEverywhere(number);
        cluster.start(killed);
        living.add(killed);
      } else if (number % 50 === 0) {
        // One that has been deposed without knowing must not answer by itself.
        const paused = await cluster.leader();
        await cluster.node(paused).pause();
        await write(number, await cluster.leader());
        cluster.node(paused).resume();
        await expectEverywhere(number);
      } else {
        await write(number);
        await expectEverywhere(number);
      }
    }
  });
});
