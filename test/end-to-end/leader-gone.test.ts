import { connect } from 'nats';
import { expect, onTestFinished, test } from 'vitest';
import { TestCluster } from '../support/cluster.ts';
import { eventually } from '../support/eventually.ts';

const gone = 'the leader is gone: nobody listens there';

/** Kills the leader, and gives what those who are left logged of it. */
async function killLeader(cluster: TestCluster): Promise<readonly string[]> {
  const leader = await cluster.leader();
  const left = await cluster.followers();
  await cluster.node(leader).end('SIGKILL');
  await eventually('another leads', async () => ((await cluster.leader()) === leader ? null : true));
  return left.flatMap((id) => cluster.node(id).log.map(({ msg }) => msg)).filter((msg) => msg === gone);
}

test('NATS tells the followers that their leader was killed', { timeout: 120_000 }, async () => {
  const cluster = await TestCluster.start();
  expect(await killLeader(cluster)).not.toEqual([]);
});

test('where somebody subscribes to everything NATS tells nobody, and silence does', { timeout: 120_000 }, async () => {
  const cluster = await TestCluster.start();
  const everything = await connect({ servers: cluster.nats.url });
  onTestFinished(() => everything.close());
  everything.subscribe('>');
  await everything.flush();
  expect(await killLeader(cluster)).toEqual([]);
});
