import { expect, test } from 'vitest';
import { localDeliveries, TestCluster } from '../support/cluster.ts';
import { expectFailure } from '../support/expect-failure.ts';
import { runQuorate } from '../support/quorate-command.ts';

test.each(localDeliveries)(
  'a node refuses a data folder that is not its own, and says whose it is, local delivery by %s',
  { timeout: 120_000 },
  async (localDelivery) => {
    const cluster = await TestCluster.start({ steady: true, localDelivery });
    const folder = cluster.folder('n1');
    const node = (id: string, ...args: readonly string[]) =>
      runQuorate(['node', '--id', id, '--data', folder, '--nats', cluster.nats.url, ...args]);
    const inUse = `data folder ${folder} is in use by process ${cluster.node('n1').pid}`;

    expectFailure(await node('n1'), 2, inUse);
    await cluster.node('n1').pause();
    expectFailure(await node('n1'), 2, inUse);
    cluster.node('n1').resume();

    await cluster.node('n1').pause();
    await cluster.node('n1').end('SIGKILL');
    expectFailure(await node('n2'), 2, `data folder ${folder} is of node n1, not of n2`);
    expectFailure(await node('n1', '--cluster', 'blue'), 2, `data folder ${folder} is of cluster main, not of blue`);

    // None of this has done it any harm.
    await cluster.restart('n1');
    expect(await cluster.status('n1')).toMatchObject({ formation: 'formed' });
  },
);
