import { nodeApiSubject } from '@quorate/wire';
import { expect, test } from 'vitest';
import { TestCluster } from '../support/cluster.ts';
import { eventually } from '../support/eventually.ts';
import { runQuorate } from '../support/quorate-command.ts';

test('writes on top of what may wait are refused, and the SDK brings them in all the same', {
  timeout: 120_000,
}, async () => {
  const environment = { QUORATE_MAX_UNCOMMITTED_BYTES: '1' };
  const cluster = await TestCluster.start({ steady: true, environment });
  /** The code of the error, if it is one. */
  const putAt = async (node: string): Promise<string | undefined> => {
    const subject = nodeApiSubject('main', 'config', node, 'put');
    const body = JSON.stringify({ key: `/at/${node}`, value: 'x' });
    const reply = await cluster.plain.request(subject, body, { timeout: 5_000 });
    return reply.json<{ readonly error?: { readonly code: string } }>().error?.code;
  };
  await eventually('a node refuses one of two', async () => {
    const codes = await Promise.all([putAt('n1'), putAt('n1')]);
    return codes.includes('Overloaded') ? true : null;
  });
  await eventually('the leader refuses what the nodes have taken, and status says so', async () => {
    await Promise.all(cluster.ids.map(putAt));
    const { output } = await runQuorate(['status', '--nats', cluster.nats.url]);
    const line = /^load: \d+\.\d MiB of writes wait to be committed; refused \(Overloaded\): \d+$/m;
    return line.test(output.toString()) ? true : null;
  });

  const store = await cluster.connect({ timeoutMs: 30_000 });
  const keys = Array.from({ length: 20 }, (_, place) => `/many/${place}`);
  await Promise.all(keys.map((key) => store.put(key, 'x')));
  expect(await Promise.all(keys.map(async (key) => (await store.get(key))?.version))).toEqual(keys.map(() => 1n));
});
