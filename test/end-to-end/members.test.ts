import { rm } from 'node:fs/promises';
import { clusterName, nodeId } from '@quorate/actor';
import { MembersUnchanged, type Store } from '@quorate/client';
import { apiSubject, encodeFormationRecord, encodeRequest, nodeApiSubject } from '@quorate/wire';
import { describe, expect, test } from 'vitest';
import { localDeliveries, TestCluster } from '../support/cluster.ts';
import { eventually } from '../support/eventually.ts';
import { expectFailure } from '../support/expect-failure.ts';
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
    const store = await cluster.connect();
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
        const { members } = await store.members();
        expect(members.map(({ id, role }) => `${id} ${role}`)).toEqual(
          cluster.ids.toSorted().map((id) => `${id} voter`),
        );
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

  test('every node is restarted by SIGTERM under load, a leader hands its office over first, and no write fails', {
    timeout: 300_000,
  }, async () => {
    const cluster = await TestCluster.start({ localDelivery, steady: true });
    const attempts = await writeWhile(cluster, async (workload) => {
      for (const id of [await cluster.leader(), ...(await cluster.followers())]) {
        const leads = (await cluster.leader()) === id;
        await cluster.node(id).end('SIGTERM');
        const said = cluster.node(id).log.map(({ msg }) => msg);
        expect(said.includes('handed leadership over')).toBe(leads);
        await workload.progress();
        await cluster.restart(id);
        await workload.progress();
      }
    });
    const failed = attempts.filter(({ outcome, code }) => outcome !== 'written' && code !== 'RevisionMismatch');
    expect(failed).toEqual([]);
    const slowest = attempts.toSorted((a, b) => b.tookMs - a.tookMs).slice(0, 3);
    const times = slowest.map(({ tookMs }) => Math.round(tookMs)).join(', ');
    console.info(`${attempts.length} writes; the slowest took ${times} ms`);
  });

  test('the leader is removed under load, and says so', { timeout: 300_000 }, async () => {
    const cluster = await TestCluster.start({ localDelivery });
    const quorate = commandOn(cluster);
    const old = await cluster.leader();
    await writeWhile(cluster, async (workload) => {
      const removed = await quorate('members', 'remove', old);
      expect(removed).toMatchObject({ exitCode: 0, errorOutput: '' });
      cluster.ids = cluster.ids.filter((id) => id !== old);
      await isGone(cluster, old);
      await workload.progress();
    });
    expect(cluster.node(old).log.filter(({ msg }) => msg.includes('this node was removed'))).toHaveLength(1);
    expectFailure(await quorate('get', '/a', '--node', old), 1, `node ${old} was removed`, 'NodeSpent');
    const shown = await quorate('members');
    expect(shown.output.toString()).toContain(`removed, and never to come back: ${old}`);

    // It still has its data, and says the same again.
    await cluster.node(old).end('SIGTERM');
    cluster.start(old);
    await isGone(cluster, old);
    // A new disk under the old id does not bring the id back.
    await cluster.node(old).end('SIGKILL');
    const wiped = cluster.start(old, { folder: `${cluster.folder(old)}-new` });
    expect(await wiped.logged('this id is spent')).toMatchObject({ level: 50 });
    expect(await cluster.status(old)).toMatchObject({ formation: 'spent', role: null });
    expectFailure(await quorate('members', 'add', old), 1, 'IdSpent');
  });

  test.each(['slept', 'was not there'])(
    'a node that %s when it was removed hears of it',
    { timeout: 120_000 },
    async (how) => {
      const cluster = await TestCluster.start({ localDelivery, steady: true });
      const store = await cluster.connect({ timeoutMs: 20_000 });
      const [sleeper = ''] = await cluster.followers();
      if (how === 'slept') await cluster.node(sleeper).pause();
      else await cluster.node(sleeper).end('SIGKILL');
      await store.changeMembers({ remove: [sleeper] });
      cluster.ids = cluster.ids.filter((id) => id !== sleeper);
      const leader = await cluster.leader();
      const { term } = await cluster.status(leader);
      if (how === 'slept') cluster.node(sleeper).resume();
      else cluster.start(sleeper);
      await isGone(cluster, sleeper);
      expect(await cluster.status(leader)).toMatchObject({ role: 'leader', term });
    },
  );
});

test('leadership is handed to the node that was asked for', { timeout: 120_000 }, async () => {
  const cluster = await TestCluster.start({ steady: true });
  const quorate = commandOn(cluster);
  const store = await cluster.connect({ timeoutMs: 20_000 });
  await writeWhile(cluster, async (workload) => {
    for (let round = 0; round < 3; round += 1) {
      const [next = ''] = await cluster.followers();
      expect(await quorate('transfer', next)).toMatchObject({ exitCode: 0, output: Buffer.from(`${next}\n`) });
      expect(await cluster.leader()).toBe(next);
      await workload.progress();
    }
    const before = await cluster.leader();
    expect(await store.transfer()).not.toBe(before);
  });
  const leader = await cluster.leader();
  expect(await store.transfer(leader)).toBe(leader);

  const [next = ''] = await cluster.followers();
  const reply = await cluster.plain.request(apiSubject('main', 'config', 'transfer'), JSON.stringify({ node: next }));
  expect(reply.json()).toEqual({ leader: next });
});

test('what makes no sense is refused, and changes nothing', { timeout: 120_000 }, async () => {
  const cluster = await TestCluster.start({ steady: true });
  const quorate = commandOn(cluster);
  const store = await cluster.connect({ timeoutMs: 20_000 });
  await startMachines(cluster, 'n4', 'n5');
  await store.changeMembers({ add: ['n4'] });
  await cluster.caughtUp('n4');
  const configuration = async () => {
    const { voters, outgoingVoters, learners, removed, term, leader } = await cluster.status(await cluster.leader());
    return { voters, outgoingVoters, learners, removed, term, leader };
  };
  const before = await configuration();
  expect(await cluster.status('n4')).toMatchObject({ role: 'learner', formation: 'formed' });

  for (const [args, code] of [
    [['members', 'add', 'n2'], 'MemberExists'],
    [['members', 'add', 'n4', '--promote'], 'MemberExists'],
    [['members', 'add', 'n5', 'n9'], 'JoinRefused'],
    [['members', 'remove', 'n9'], 'NoSuchMember'],
    [['members', 'promote', 'n2'], 'NotALearner'],
    [['members', 'promote', 'n5'], 'NoSuchMember'],
    [['members', 'replace', 'n9', 'n5'], 'NoSuchMember'],
    [['members', 'remove', 'n1', 'n2', 'n3'], 'NoQuorum'],
    [['members', 'remove', 'n1', 'n2', 'n3', '--force'], 'NoQuorum'],
    [['transfer', 'n4'], 'NotAVoter'],
    [['transfer', 'n9'], 'NoSuchMember'],
  ] as const) {
    expectFailure(await quorate(...args), 1, `(${code})`);
  }
  await expect(store.changeMembers({})).rejects.toMatchObject({ code: 'NothingToChange' });
  await expect(store.changeMembers({ add: ['n5'], remove: ['n5'] })).rejects.toMatchObject({ code: 'InvalidRequest' });
  await expect(store.transfer('n4')).rejects.toBeInstanceOf(MembersUnchanged);
  expect(await configuration()).toEqual(before);

  // Of three voters two answer: without the third of them there is no majority.
  const [gone = '', other = ''] = await cluster.followers();
  await cluster.node(gone).end('SIGKILL');
  await eventually(`the leader misses ${gone}`, async () => {
    const { members } = await store.members();
    return (members.find(({ id }) => id === gone)?.lastContactMs ?? 0) > 2_000 ? true : null;
  });
  expectFailure(await quorate('members', 'remove', other), 1, '(NoQuorum)');
  expect(await configuration()).toEqual(before);
  expect(await quorate('members', 'remove', gone)).toMatchObject({ exitCode: 0 });
});

test('a replacement is taken up where it stands', { timeout: 120_000 }, async () => {
  const cluster = await TestCluster.start({ steady: true });
  const quorate = commandOn(cluster);
  await startMachines(cluster, 'n4');
  expect(await quorate('members', 'add', 'n4')).toMatchObject({ exitCode: 0 });
  const [old = ''] = await cluster.followers();
  // As if the command had been ended while the learner caught up.
  expect(await quorate('members', 'replace', old, 'n4', '--no-wait')).toMatchObject({ exitCode: 0, errorOutput: '' });
  expect(await quorate('members', 'replace', old, 'n4')).toMatchObject({ exitCode: 0, errorOutput: '' });
  cluster.ids = cluster.ids.map((id) => (id === old ? 'n4' : id));
  await haveVotes(await cluster.connect(), ...cluster.ids.toSorted());
  const again = await quorate('members', 'replace', old, 'n4');
  expect([again.exitCode, again.output.toString(), again.errorOutput]).toEqual([0, '', '']);
  expectFailure(await quorate('members', 'replace', 'n9', 'n4'), 1, '(NoSuchMember)');
});

test('a machine of another cluster is not added', { timeout: 120_000 }, async () => {
  const cluster = await TestCluster.start({ ids: ['n1'] });
  const quorate = commandOn(cluster);
  await startMachines(cluster, 'm1');
  const record = encodeFormationRecord({
    formatVersion: 1,
    clusterName: clusterName('main'),
    voters: [{ id: nodeId('m1'), storageId: (await cluster.status('m1')).storageId }],
    snapshotChecksum: null,
  });
  // By hand: the command would not form two clusters of one name.
  await cluster.plain.request(
    nodeApiSubject('main', 'config', 'm1', 'form'),
    encodeRequest({ timeoutMs: 5_000, body: record }),
  );
  expect(await cluster.status('m1')).toMatchObject({ formation: 'formed' });
  expectFailure(await quorate('members', 'add', 'm1'), 1, 'another cluster', 'JoinRefused');
});
