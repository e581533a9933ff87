import { setTimeout as after } from 'node:timers/promises';
import type { Store } from '@quorate/client';
import { expect, test } from 'vitest';
import { TestCluster } from '../support/cluster.ts';
import { NatsMesh } from '../support/nats-mesh.ts';

const ids = ['n1', 'n2', 'n3'];
const watchers = 24;
/** A request is kept for 20 seconds where nothing happens: whoever hears of it before was not left waiting. */
const keptMs = 20_000;

/** Resolves with the value that a key gets next. */
async function nextValue(store: Store, key: string): Promise<string> {
  for await (const change of store.watch({ key, fromRevision: 1n })) {
    if (change.op === 'put') return Buffer.from(change.value ?? []).toString();
  }
  throw new Error(`the watch of ${key} ended`);
}

test('watchers at a node that the leader does not reach any more, and they do, hear of what happens from others', {
  timeout: 120_000,
}, async () => {
  // The watchers are at a server that has no node, and so they are at all of the nodes.
  const mesh = await NatsMesh.start(4);
  const [first, , , last] = mesh.servers;
  if (first === undefined || last === undefined) throw new Error('there are too few servers');
  const natsUrls = Object.fromEntries(ids.map((id, place) => [id, mesh.servers[place]?.url ?? '']));
  const cluster = await TestCluster.start({ nats: first, natsUrls });
  const leader = await cluster.leader();
  const [apart = ''] = await cluster.followers();
  const store = await cluster.connect({ servers: last.url });
  await store.put('/other', 'before');
  await cluster.caughtUp(apart);

  const heard = Array.from({ length: watchers }, (_, at) => nextValue(store, `/watched/${at}`));
  const all = Promise.all(heard);
  all.catch(() => {});
  // Each has asked by then: they go before what follows on the same connection.
  await store.get('/other');

  const route = mesh.route(ids.indexOf(leader), ids.indexOf(apart));
  route.tearDown();
  await cluster.node(apart).logged('became pre-candidate');
  for (let at = 0; at < watchers; at += 1) await store.put(`/watched/${at}`, `value ${at}`);
  expect(await Promise.race([all, after(keptMs, 'too late')])).toEqual(heard.map((_, at) => `value ${at}`));
  route.mend();
});
