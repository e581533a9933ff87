import { alarmsOf } from '@quorate/client';
import { expect, onTestFinished, test } from 'vitest';
import { TestCluster } from '../support/cluster.ts';
import { eventually } from '../support/eventually.ts';
import { startNatsServer } from '../support/nats-server.ts';

const tooLow = 'max_payload: 524288';
const limits = { maxBytes: 524_288, neededBytes: 1_048_576 };

test('a node does not begin on a NATS server that takes only short messages, says what it needs, and begins when it has that', {
  timeout: 60_000,
}, async () => {
  const nats = await startNatsServer({ config: tooLow });
  onTestFinished(() => nats.stop());
  const cluster = await TestCluster.start({ nats, ids: ['n1'], form: false });
  const refused = cluster.node('n1');
  expect(await refused.ended).toEqual({ exitCode: 2, signal: null });
  expect(refused.errorOutput).toMatch(
    /^quorate: the NATS server \S+ takes messages of 524288 bytes at most, and nodes send up to 1048576: raise its max_payload\n$/,
  );

  await nats.restart('max_payload: 1048576');
  cluster.start('n1');
  await cluster.answers('n1');
  expect(await cluster.status('n1')).toMatchObject({ payload: { maxBytes: 1_048_576, isLow: false } });
});

test('a NATS server that comes back with a smaller max_payload is an alarm of each node on it, and its leader hands over', {
  timeout: 120_000,
}, async () => {
  const cluster = await TestCluster.start({ steady: true, environment: { QUORATE_HTTP_PORT: '0' } });
  const leader = await cluster.leader();
  const { url } = await cluster.node(leader).logged('listens for HTTP');
  const readyz = (): Promise<Response> => fetch(`${url}/readyz`);
  expect((await readyz()).status).toBe(200);

  await cluster.nats.restart(tooLow);
  await cluster.node(leader).logged('handed leadership over');
  const store = await cluster.connect();
  const alarms = await eventually('every node has the alarm', async () => {
    const found = alarmsOf(await store.status());
    return found.length === cluster.ids.length ? found : null;
  });
  expect(alarms).toEqual(cluster.ids.map((node) => ({ code: 'PayloadLimitTooLow', node, ...limits })));
  const answer = await readyz();
  expect(answer.status).toBe(503);
  expect(await answer.text()).toContain('takes messages of 524288 bytes at most, and 1048576 are needed (max_payload)');
  // What is short goes on.
  await store.put('/app/a', 'short');

  await cluster.nats.restart('max_payload: 1048576');
  await eventually('no node has the alarm', async () =>
    alarmsOf(await store.status()).length === 0 && (await readyz()).status === 200 ? true : null,
  );
});
