import { expect, test } from 'vitest';
import { localDeliveries, TestCluster } from '../support/cluster.ts';
import { eventually } from '../support/eventually.ts';
import { expectFailure } from '../support/expect-failure.ts';
import { runQuorate } from '../support/quorate-command.ts';

test.each(localDeliveries)(
  'a cluster is formed once, and only if all who are listed are there, local delivery by %s',
  { timeout: 120_000 },
  async (localDelivery) => {
    const cluster = await TestCluster.start({ form: false, steady: true, localDelivery });
    const quorate = (...args: readonly string[]) => runQuorate([...args, '--nats', cluster.nats.url]);
    await cluster.answers('n1', 'n2', 'n3');
    expectFailure(await quorate('get', '/a', '--node', 'n2'), 1, 'node n2 is in no cluster yet', 'Unformed');
    expectFailure(await quorate('form', '--voters', 'n1,n2,n4'), 1, 'node n4 does not answer', 'FormationRefused');
    const formations = (await cluster.statuses()).map(({ formation }) => formation);
    expect(formations).toEqual(['unformed', 'unformed', 'unformed']);

    const formed = await quorate('form', '--voters', 'n1,n2,n3');
    expect(formed).toMatchObject({ exitCode: 0, errorOutput: '' });
    const statuses = await cluster.statuses();
    expect(statuses.map(({ clusterId }) => `${clusterId}\n`)).toEqual(Array(3).fill(formed.output.toString()));
    await cluster.leader();

    const again = expectFailure(await quorate('form', '--voters', 'n1,n2,n3'), 1, 'is in a cluster already');
    expect(again).toMatch(/node n[123] is/);
    cluster.start('n4');
    await cluster.answers('n4');
    const another = expectFailure(await quorate('form', '--voters', 'n4'), 1, 'is in a cluster already');
    expect(another).toMatch(/node n[123] is/);
    expect(await cluster.status('n4')).toMatchObject({ formation: 'unformed', role: null });
  },
);

test.each(localDeliveries)(
  'a voter that comes back with an empty folder never votes, and says that its id is spent, local delivery by %s',
  {
    timeout: 120_000,
  },
  async (localDelivery) => {
    const cluster = await TestCluster.start({ steady: true, localDelivery });
    const quorate = (...args: readonly string[]) => runQuorate([...args, '--nats', cluster.nats.url]);
    expect(await quorate('put', '/a', '1')).toMatchObject({ exitCode: 0 });
    const leader = await cluster.leader();
    const [wiped = '', other = ''] = await cluster.followers();
    await cluster.caughtUp(other);
    const { commitIndex } = await cluster.status(other);
    await cluster.node(wiped).end('SIGKILL');
    const forgetful = cluster.start(wiped, { folder: `${cluster.folder(wiped)}-new` });

    expect(await forgetful.logged('this id is spent')).toMatchObject({ level: 50, node: wiped });
    expectFailure(await quorate('get', '/a', '--node', wiped), 1, `the id ${wiped} is spent`, 'NodeSpent');
    const spent = await eventually('it answers', () => cluster.status(wiped));
    expect(spent).toMatchObject({ formation: 'spent', role: null, clusterId: null });
    expectFailure(await quorate('form', '--voters', wiped), 1, 'FormationRefused');

    // With its vote the other follower would win now.
    await cluster.node(leader).end('SIGKILL');
    await eventually(`${other} misses its leader`, async () =>
      (await cluster.status(other)).leader === null ? true : null,
    );
    expect(expectFailure(await quorate('put', '/a', '2', '--timeout', '3000'), 1)).toMatch(/\(NoLeader\)$/);
    expect(await cluster.status(other)).toMatchObject({
      role: expect.stringMatching(/^(follower|candidate)$/),
      commitIndex,
    });
    expect(forgetful.log.filter(({ actor }) => actor === 'logStore' || actor === 'election')).toEqual([]);

    // The disk that was listed still has its vote.
    await forgetful.end('SIGKILL');
    cluster.start(wiped);
    await cluster.caughtUp(wiped);
    expect(await quorate('get', '/a', '--node', wiped)).toMatchObject({ exitCode: 0, output: Buffer.from('1') });
  },
);
