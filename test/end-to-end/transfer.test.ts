import { describe, expect, test } from 'vitest';
import { localDeliveries, TestCluster } from '../support/cluster.ts';
import { writeWhile } from '../support/write-while.ts';

const transfers = 50;

describe.each(localDeliveries)('local delivery by %s', (localDelivery) => {
  test('leadership is handed over again and again under load, and every write is answered', {
    timeout: 120_000,
  }, async () => {
    const cluster = await TestCluster.start({ localDelivery, steady: true });
    const store = await cluster.connect();
    const attempts = await writeWhile(cluster, async (workload) => {
      for (let round = 0; round < transfers; round += 1) {
        await store.transfer();
        await workload.progress();
      }
    });
    expect(attempts.filter(({ outcome, code }) => outcome !== 'written' && code !== 'RevisionMismatch')).toEqual([]);
  });
});
