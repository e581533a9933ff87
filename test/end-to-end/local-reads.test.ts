import { nodeApiSubject } from '@quorate/wire';
import { describe, expect, test } from 'vitest';
import { localDeliveries, TestCluster } from '../support/cluster.ts';
import { eventually } from '../support/eventually.ts';
import { expectFailure } from '../support/expect-failure.ts';
import { type CommandResult, runQuorate } from '../support/quorate-command.ts';

describe.each(localDeliveries)('local delivery by %s', (localDelivery) => {
  test('a learner answers local reads where no quorum is left, and no others', { timeout: 120_000 }, async () => {
    const cluster = await TestCluster.start({ localDelivery, steady: true });
    const quorate = (...args: readonly string[]): Promise<CommandResult> =>
      runQuorate([...args, '--nats', cluster.nats.url]);
    const store = await cluster.connect();
    cluster.start('n4');
    await cluster.answers('n4');
    await store.changeMembers({ add: ['n4'] });
    await store.put('/app/a', 'one');
    await store.put('/app/b', 'two');
    await cluster.caughtUp('n4');
    const learner = { consistency: 'local', node: 'n4' } as const;
    expect((await store.get('/app/a', learner))?.modRevision).toBe(1n);

    const leader = await cluster.leader();
    const [follower = '', left = ''] = await cluster.followers();
    for (const id of [leader, follower]) await cluster.node(id).end('SIGKILL');
    // It may hold for true for a moment what it has heard.
    await eventually('nobody is known to lead', async () =>
      (await cluster.status('n4')).leader === null ? true : null,
    );

    expect(new TextDecoder().decode((await store.get('/app/a', learner))?.value)).toBe('one');
    expect(await store.get('/app/none', learner)).toBeNull();
    const { lastApplied } = await cluster.status('n4');
    for await (const page of store.list({ prefix: '/app/', ...learner }).pages()) {
      expect(page).toMatchObject({ entries: [{ key: '/app/a' }, { key: '/app/b' }], revision: 2n });
      expect(page.appliedIndex).toBe(BigInt(lastApplied));
    }
    expect(await store.get('/app/b', { consistency: 'local' })).toMatchObject({ modRevision: 2n });
    expect(await store.get('/app/b', { consistency: 'local', node: left })).toMatchObject({ modRevision: 2n });
    const fails = async (node: string): Promise<void> =>
      expect(store.get('/app/a', { node, timeoutMs: 3_000 })).rejects.toMatchObject({ code: 'NoLeader' });
    await Promise.all(['n4', left].map(fails));

    const got = await quorate('get', '/app/a', '--node', 'n4', '--consistency', 'local');
    expect([got.exitCode, got.output.toString()]).toEqual([0, 'one']);
    const listed = await quorate('list', '/app/', '--keys-only', '--node', 'n4', '--consistency', 'local');
    expect([listed.exitCode, listed.output.toString()]).toEqual([0, '/app/a\n/app/b\n']);
    expectFailure(await quorate('get', '/app/a', '--node', 'n4', '--timeout', '3000'), 1, '(NoLeader)');
    expectFailure(await quorate('get', '/app/a', '--consistency', 'eventual'), 2, 'linearizable, readIndex');

    const subject = nodeApiSubject('main', 'config', 'n4', 'get');
    const answer = await cluster.plain.request(subject, '{"key":"/app/b","consistency":"local"}', { timeout: 5_000 });
    expect(answer.json()).toMatchObject({
      entry: { key: '/app/b', value: 'two' },
      revision: '2',
      appliedIndex: String(lastApplied),
    });
  });
});
