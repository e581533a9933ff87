import { clusterName, groupId, nodeId } from '@quorate/actor';
import { connect, StateParted } from '@quorate/client';
import { keysTable } from '@quorate/config-store';
import { openDataFolder } from '@quorate/lmdb-storage';
import { nodeApiSubject } from '@quorate/wire';
import { expect, onTestFinished, test } from 'vitest';
import { TestCluster } from '../support/cluster.ts';
import { eventually } from '../support/eventually.ts';
import { runQuorate } from '../support/quorate-command.ts';

/** Gives a key of a node that is stopped another value, with everything about the row as it should be. */
async function alterState(path: string, node: string, key: string, value: string): Promise<void> {
  const folder = await openDataFolder({ path, nodeId: nodeId(node), clusterName: clusterName('main') });
  try {
    folder.openTables(groupId('config')).transaction((writer) => {
      const row = writer.get(keysTable, key);
      if (row === null) throw new Error(`${key} does not exist`);
      writer.put(keysTable, key, { ...row, value: new TextEncoder().encode(value) });
    });
  } finally {
    await folder.close();
  }
}

const readyz = async (url: unknown): Promise<string> => {
  const response = await fetch(`${String(url)}/readyz`);
  return `${response.status} ${(await response.text()).trim()}`;
};

test('a node whose state was altered while it was stopped is found out, serves nobody, says so, and is whole again after a restart', {
  timeout: 120_000,
}, async () => {
  const cluster = await TestCluster.start({ steady: true, environment: { QUORATE_HTTP_PORT: '0' } });
  const store = await cluster.connect({ timeoutMs: 20_000 });
  for (let at = 0; at < 20; at += 1) await store.put(`/app/${10 + at}`, `value ${at}`);
  await cluster.converged();
  const [odd = '', other = ''] = await cluster.followers();
  await cluster.node(odd).end('SIGTERM');
  await alterState(cluster.folder(odd), odd, '/app/25', 'never written');
  await cluster.restart(odd);

  // Nobody writes to that key: it is found all the same.
  for (let at = 0; at < 200; at += 1) await store.put('/other', String(at));
  const { firstRevision } = await cluster.node(odd).logged('the state of this node has parted');
  expect(Number(firstRevision) % 64).toBe(0);
  expect(await cluster.node(other).logged('has parted from that of a quorum')).toMatchObject({
    other: odd,
    firstRevision,
  });
  const { url } = await cluster.node(odd).logged('listens for HTTP');
  expect(await readyz(url)).toBe(
    `503 not ready: its state has parted from those of the others at revision ${String(firstRevision)}`,
  );
  expect((await fetch(`${String(url)}/healthz`)).status).toBe(200);
  expect((await cluster.status(odd)).partings).toEqual([{ node: odd, revision: firstRevision, isOdd: true }]);
  const subject = nodeApiSubject('main', 'config', odd, 'get');
  const body = JSON.stringify({ key: '/app/25', consistency: 'local' });
  const reply = await cluster.plain.request(subject, body, { timeout: 5_000 });
  expect(reply.json()).toMatchObject({ error: { code: 'StateParted', details: { node: odd } } });
  const { output } = await runQuorate(['status', '--nats', cluster.nats.url]);
  const alarm = `alarm: ${odd} has a state that parted from that of the others at revision ${String(firstRevision)}: it serves nobody (StateParted)`;
  expect(output.toString()).toContain(alarm);

  // The others go on, and so does whoever asks them.
  await store.put('/after', 'written');
  const asked = await connect({ servers: cluster.nats.url });
  onTestFinished(() => asked.close());
  expect(new TextDecoder().decode((await asked.get('/app/25'))?.value)).toBe('value 15');
  expect(new StateParted({ node: odd, revision: '1' })).toMatchObject({ code: 'StateParted' });

  expect(await cluster.node(odd).end('SIGTERM')).toMatchObject({ exitCode: 70 });
  await cluster.restart(odd);
  await cluster.node(odd).logged('the state had parted from those of the others; it is rebuilt');
  await eventually('it is ready', async () => {
    const { url: again } = await cluster.node(odd).logged('listens for HTTP');
    return (await readyz(again)) === '200 ready' ? true : null;
  });
  const local = await cluster.plain.request(subject, body, { timeout: 5_000 });
  expect(local.json()).toMatchObject({ entry: { value: 'value 15' } });
  for (let at = 0; at < 200; at += 1) await store.put('/other', String(at));
  expect((await cluster.statuses()).flatMap(({ partings }) => partings)).toEqual([]);
});
