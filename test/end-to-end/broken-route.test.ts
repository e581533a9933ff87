import { expect, test } from 'vitest';
import { TestCluster } from '../support/cluster.ts';
import { eventually } from '../support/eventually.ts';
import { NatsMesh } from '../support/nats-mesh.ts';

const ids = ['n1', 'n2', 'n3'];

test('a broken route between NATS servers deposes no leader that a quorum hears: one side only knows of it', {
  timeout: 120_000,
}, async () => {
  const mesh = await NatsMesh.start(3);
  const [first] = mesh.servers;
  if (first === undefined) throw new Error('there is no server');
  const natsUrls = Object.fromEntries(ids.map((id, place) => [id, mesh.servers[place]?.url ?? '']));
  const cluster = await TestCluster.start({ nats: first, natsUrls });
  const leader = await cluster.leader();
  const [apart = '', between = ''] = await cluster.followers();
  const { term } = await cluster.status(leader);
  // Beside the two servers that see each other no more.
  const store = await cluster.connect({ servers: natsUrls[between] ?? '' });
  await store.put('/app/a', 'before');
  await cluster.caughtUp(apart);

  const route = mesh.route(ids.indexOf(leader), ids.indexOf(apart));
  route.tearDown();
  await cluster.node(apart).logged('the leader is gone: nobody listens there');
  await cluster.node(apart).logged('became pre-candidate');
  // It asks again and again, for longer than the others would need.
  for (let at = 0; at < 100; at += 1) await store.put(`/app/${at}`, 'meanwhile');
  expect(await cluster.status(between)).toMatchObject({ leader, term });

  route.mend();
  await eventually('it follows again', async () => ((await cluster.status(apart)).leader === leader ? true : null));
  await cluster.caughtUp(apart);
  expect(await cluster.status(leader)).toMatchObject({ role: 'leader', term });
});
