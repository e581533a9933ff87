import { apiSubject, nodeApiSubject } from '@quorate/wire';
import { describe, expect, test } from 'vitest';
import { localDeliveries, TestCluster } from '../support/cluster.ts';
import { eventually } from '../support/eventually.ts';
import { expectFailure } from '../support/expect-failure.ts';
import { type CommandResult, runQuorate } from '../support/quorate-command.ts';

const text = (value: Uint8Array | undefined): string => Buffer.from(value ?? []).toString();

describe.each(localDeliveries)('local delivery by %s', (localDelivery) => {
  test('reads of four kinds, from every node and a learner', { timeout: 120_000 }, async () => {
    const cluster = await TestCluster.start({ localDelivery, steady: true });
    const store = await cluster.connect();
    cluster.start('n4');
    await cluster.answers('n4');
    await store.changeMembers({ add: ['n4'] });
    await store.put('/app/a', 'one');
    const { revision } = await store.put('/app/a', 'two');

    for (const node of [...cluster.ids, 'n4']) {
      for (const wish of [
        { consistency: 'linearizable' },
        { consistency: 'readIndex' },
        { consistency: 'bounded', maxStalenessMs: 0 },
        { consistency: 'local', minRevision: revision },
      ] as const) {
        const read = await store.read('/app/a', { ...wish, node });
        expect([node, wish.consistency, text(read.entry?.value)]).toEqual([node, wish.consistency, 'two']);
        expect(read.revision).toBe(revision);
      }
    }
    // As long as reads flow the leader has its lease, and nobody has to ask it for a bounded read.
    const leader = await cluster.leader();
    await eventually('the lease is valid', async () => {
      await store.get('/app/a', { node: leader });
      return (await cluster.status(leader)).lease?.isValid === true ? true : null;
    });
  });

  test('a read of a revision waits for it, and tells what there is not', { timeout: 120_000 }, async () => {
    const cluster = await TestCluster.start({ localDelivery, steady: true });
    const store = await cluster.connect();
    const leader = await cluster.leader();
    const [paused = '', other = ''] = await cluster.followers();
    await store.put('/app/a', 'one');
    await cluster.node(paused).pause();
    const { revision } = await store.put('/app/a', 'two');
    const read = store.read('/app/a', { consistency: 'local', node: paused, minRevision: revision, timeoutMs: 20_000 });
    cluster.node(paused).resume();
    expect(text((await read).entry?.value)).toBe('two');

    const tooNew = revision + 1n;
    for (const wish of [{ consistency: 'local', node: other } as const, { node: leader }, {}]) {
      const failure = store.get('/app/a', { ...wish, minRevision: tooNew });
      await expect(failure).rejects.toMatchObject({
        code: 'RevisionNotWritten',
        revision: tooNew,
        newestRevision: revision,
      });
    }
    const pages = store.list({ prefix: '/app/', minRevision: tooNew }).pages();
    await expect(pages.next()).rejects.toMatchObject({ code: 'RevisionNotWritten' });

    for (const id of [leader, paused]) await cluster.node(id).end('SIGKILL');
    const alone = { node: other, timeoutMs: 2_500 };
    await eventually('nobody is known to lead', async () =>
      (await cluster.status(other)).leader === null ? true : null,
    );
    await expect(store.get('/app/a', { ...alone, consistency: 'local', minRevision: tooNew })).rejects.toMatchObject({
      code: 'NotYetApplied',
      revision,
    });
    await expect(store.get('/app/a', { ...alone, consistency: 'bounded', maxStalenessMs: 20 })).rejects.toMatchObject({
      code: 'TooStale',
      maxStalenessMs: 20,
    });
    const old = await store.read('/app/a', { ...alone, consistency: 'bounded', maxStalenessMs: 600_000 });
    expect(text(old.entry?.value)).toBe('two');
  });

  test('the command and JSON, and what they refuse', { timeout: 120_000 }, async () => {
    const cluster = await TestCluster.start({ localDelivery, steady: true });
    const quorate = (...args: readonly string[]): Promise<CommandResult> =>
      runQuorate([...args, '--nats', cluster.nats.url]);
    const json = async (subject: string, request: unknown): Promise<unknown> =>
      (await cluster.plain.request(subject, JSON.stringify(request), { timeout: 10_000 })).json();
    const store = await cluster.connect();
    await store.put('/app/a', 'one');
    const [node = ''] = await cluster.followers();

    const bounded = ['--consistency', 'bounded', '--max-staleness', '2s', '--min-revision', '1'];
    const got = await quorate('get', '/app/a', '--node', node, ...bounded, '--json');
    expect(JSON.parse(got.output.toString())).toMatchObject({ key: '/app/a', value: 'one', revision: '1' });
    expect(JSON.parse(got.output.toString()).appliedIndex).toMatch(/^\d+$/);
    const listed = await quorate('list', '/app/', ...bounded, '--json');
    expect(JSON.parse(listed.output.toString())).toMatchObject([{ key: '/app/a', revision: '1' }]);
    const status = await quorate('status', '--json');
    const { nodes } = JSON.parse(status.output.toString());
    expect(nodes.map(({ lease }: { lease: unknown }) => lease === null).sort()).toEqual([false, true, true]);
    expectFailure(await quorate('get', '/app/a', '--min-revision', '7'), 1, '(RevisionNotWritten)');
    expectFailure(await quorate('get', '/app/a', '--max-staleness=-1'), 2, '--max-staleness');
    expectFailure(await quorate('get', '/app/a', '--min-revision', 'x'), 2, '--min-revision');
    expectFailure(await quorate('get', '/app/a', '--consistency', 'bounded'), 2, 'maxStalenessMs');

    const subject = nodeApiSubject('main', 'config', node, 'get');
    const wish = { key: '/app/a', consistency: 'bounded', maxStalenessMs: 2_000, minRevision: '1' };
    expect(await json(subject, wish)).toMatchObject({ entry: { value: 'one' }, revision: '1' });
    for (const [wrong, code] of [
      [{ maxStalenessMs: -1 }, 'InvalidRequest'],
      [{ maxStalenessMs: 'soon' }, 'InvalidRequest'],
      [{ minRevision: -1 }, 'InvalidRevision'],
      [{ minRevision: 'x' }, 'InvalidRevision'],
      [{ minRevision: '2' }, 'RevisionNotWritten'],
    ] as const) {
      expect(await json(apiSubject('main', 'config', 'get'), { ...wish, ...wrong })).toMatchObject({ error: { code } });
    }
  });
});

test('without leases every linearizable read takes a round, and none counts as one that fell back', {
  timeout: 120_000,
}, async () => {
  const cluster = await TestCluster.start({ steady: true, environment: { QUORATE_LEASE_MS: '0' } });
  const store = await cluster.connect();
  await store.put('/app/a', 'one');
  const leader = await cluster.leader();
  for (let count = 0; count < 20; count += 1) expect(text((await store.get('/app/a'))?.value)).toBe('one');
  expect((await cluster.status(leader)).lease).toEqual({ isValid: false, fallbacks: 0 });
});
