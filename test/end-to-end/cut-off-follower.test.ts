import { setTimeout as after } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { TestCluster } from '../support/cluster.ts';
import { startNatsServer } from '../support/nats-server.ts';
import { ownRoads } from '../support/own-roads.ts';

const rounds = 5;
/** Some election timeouts: it asks for pre-votes again and again. */
const cutOffMs = 1_000;
const ids = ['n1', 'n2', 'n3'];

test('a follower that is cut off and comes back, over and over, costs no election', { timeout: 600_000 }, async () => {
  const nats = await startNatsServer();
  onTestFinished(() => nats.stop());
  const roads = await ownRoads(nats, ids);
  const natsUrls = Object.fromEntries([...roads].map(([id, { port }]) => [id, `nats://127.0.0.1:${port}`]));
  const cluster = await TestCluster.start({ nats, natsUrls });
  const leader = await cluster.leader();
  const [cutOff = ''] = await cluster.followers();
  const { term } = await cluster.status(leader);
  const store = await cluster.connect();
  // From here on it knows whom to ask.
  await store.put('/app/round', '0');
  const campaigns = (message: string): number =>
    ids.reduce((sum, id) => sum + cluster.node(id).log.filter(({ msg }) => msg === message).length, 0);
  const candidates = campaigns('became candidate');
  for (let round = 1; round <= rounds; round += 1) {
    roads.get(cutOff)?.cut();
    await after(cutOffMs);
    await store.put('/app/round', String(round));
    roads.get(cutOff)?.mend();
    await cluster.caughtUp(cutOff);
    expect(await cluster.status(cutOff)).toMatchObject({ leader, term });
  }
  expect(await cluster.status(leader)).toMatchObject({ role: 'leader', term });
  expect(campaigns('became candidate')).toBe(candidates);
  // It did want to be elected.
  expect(campaigns('became pre-candidate')).toBeGreaterThanOrEqual(rounds);
});
