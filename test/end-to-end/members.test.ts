import { rm } from 'node:fs/promises';
import type { Store } from '@quorate/client';
import { describe, expect, test } from 'vitest';
import { localDeliveries, TestCluster } from '../support/cluster.ts';
import { eventually } from '../support/eventually.ts';
import { type CommandResult, runQuorate } from '../support/quorate-command.ts';
import { writeWhile } from '../support/write-while.ts';

/** Starts machines that are in no cluster yet, and waits until they can be asked who they are. */
async function startMachines(cluster: TestCluster, ...ids: readonly string[]): Promise<void> {
  for (const id of ids) cluster.start(id);
  await cluster.answers(...ids);
}

/** Runs commands on the cluster. */
const commandOn =
  (cluster: TestCluster) =>
  (...args: readonly string[]): Promise<CommandResult> =>
    runQuorate([...args, '--nats', cluster.nats.url, '--timeout', '20000']);

/** Resolves when these, and no others, have votes, and no change is under way. */
async function haveVotes(store: Store, ...ids: readonly string[]): Promise<void> {
  await eventually(`${ids.join(', ')} have votes`, async () => {
    const { members } = await store.members();
    const isSo = members.every(({ role }) => role === 'voter') && members.map(({ id }) => id).join() === ids.join();
    return isSo ? true : null;
  });
}

/** Resolves when a node says that it was removed, and takes no requests any more. */
async function isGone(cluster: TestCluster, id: string): Promise<void> {
  await cluster.node(id).logged('this node was removed from the cluster');
  await eventually(`${id} says that it is removed`, async () => {
    const { role } = await cluster.status(id);
    return role === 'removed' ? true : null;
  });
}

describe.each(localDeliveries)('local delivery by %s', (localDelivery) => {
  test('from one voter to three, to five and back, and nothing acknowledged is lost', {
    timeout: 300_000,
  }, async () => {
    const cluster = await TestCluster.start({ localDelivery, ids: ['n1'] });
    const store = await cluster.connect({ timeoutMs: 20_000 });
    await writeWhile(cluster, async (workload) => {
      await startMachines(cluster, 'n2', 'n3');
      await store.changeMembers({ add: ['n2', 'n3'].map((id) => ({ id, promote: true })) });
      await haveVotes(store, 'n1', 'n2', 'n3');
      cluster.ids = ['n1', 'n2', 'n3'];
      await workload.progress();

      await startMachines(cluster, 'n4', 'n5');
      await store.changeMembers({ add: ['n4', 'n5'] });
      for (const id of ['n4', 'n5']) await cluster.caughtUp(id);
      await eventually('n4 and n5 can be promoted', async () => {
        await store.changeMembers({ promote: ['n4', 'n5'] });
        return true;
      });
      await haveVotes(store, 'n1', 'n2', 'n3', 'n4', 'n5');
      cluster.ids = ['n1', 'n2', 'n3', 'n4', 'n5'];
      await workload.progress();

      const leader = await cluster.leader();
      const [other = ''] = await cluster.followers();
      await store.changeMembers({ remove: [leader, other] });
      cluster.ids = cluster.ids.filter((id) => id !== leader && id !== other);
      await haveVotes(store, ...cluster.ids);
      for (const id of [leader, other]) await isGone(cluster, id);
    });
  });

  test('all three machines are replaced one after the other', { timeout: 300_000 }, async () => {
    const cluster = await TestCluster.start({ localDelivery });
    const quorate = commandOn(cluster);
    expect(await quorate('put', '/before', 'anything moved')).toMatchObject({ exitCode: 0 });
    await writeWhile(cluster, async (workload) => {
      for (const [old, fresh] of [
        ['n1', 'n4'],
        ['n2', 'n5'],
        ['n3', 'n6'],
      ] as const) {
        await startMachines(cluster, fresh);
        // The second is gone before it is replaced, as it would be if its disk had failed.
        if (old === 'n2') await cluster.node(old).end('SIGKILL');
        const replaced = await quorate('members', 'replace', old, fresh);
        expect(replaced).toMatchObject({ exitCode: 0, errorOutput: '' });
        cluster.ids = cluster.ids.map((id) => (id === old ? fresh : id));
        if (old !== 'n2') await isGone(cluster, old);
        await cluster.node(old).end('SIGKILL');
        await rm(cluster.folder(old), { recursive: true });
        await workload.progress();
      }
    });
    expect(cluster.ids).toEqual(['n4', 'n5', 'n6']);
    for (const id of cluster.ids) {
      const { output } = await quorate('get', '/before', '--node', id);
      expect(output.toString()).toBe('anything moved');
    }
  });

  test('every node is restarted by SIGTERM under load, and a leader hands its office over first', {
    timeout: 300_000,
  }, async () => {
    const cluster = await TestCluster.start({ localDelivery });
    const attempts = await writeWhile(cluster, async (workload) => {
      // The leader comes last, so that it is restarted once, as an operator would do it, and once more, first.
      const order = [await cluster.leader(), ...(await cluster.followers())];
      for (const id of order) {
        const leads = (await cluster.leader()) === id;
        await cluster.node(id).end('SIGTERM');
        if (leads)
          expect(cluster.node(id).log).toContainEqual(expect.objectContaining({ msg: 'handed leadership over' }));
        await workload.progress();
        await cluster.restart(id);
        await workload.progress();
      }
    });
    expect(attempts.filter(({ outcome }) => outcome === 'unknown')).toEqual([]);
    const slowest = attempts.toSorted((a, b) => b.tookMs - a.tookMs).slice(0, 5);
    console.info(
      `${attempts.length} writes; the slowest, in ms: ${slowest.map(({ tookMs }) => Math.round(tookMs)).join(', ')}`,
    );
  });
});
