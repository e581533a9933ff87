import { describe, expect, onTestFinished, test } from 'vitest';
import { localDeliveries, TestCluster } from '../support/cluster.ts';
import { eventually } from '../support/eventually.ts';
import { startOtlpReceiver } from '../support/otlp-receiver.ts';
import { runQuorate } from '../support/quorate-command.ts';

const autoRemoveAfterMs = 4_000;

describe.each(localDeliveries)('local delivery by %s', (localDelivery) => {
  test('voters that are killed are offline, and removed one after the other as long as three are left', {
    timeout: 240_000,
  }, async () => {
    const receiver = await startOtlpReceiver();
    onTestFinished(() => receiver.stop());
    const cluster = await TestCluster.start({
      localDelivery,
      steady: true,
      ids: ['n1', 'n2', 'n3', 'n4', 'n5'],
      environment: { QUORATE_AUTO_REMOVE_AFTER: '4s', ...receiver.environment },
    });
    const store = await cluster.connect({ timeoutMs: 20_000 });
    const leader = await cluster.leader();
    const [first = '', second = '', third = ''] = await cluster.followers();
    const { log } = cluster.node(leader);
    // How it stands on the way to that is said, too, and may come and go on a busy machine.
    const onTheWay = new Set(['a member is silent', 'a member answers again']);
    const saidOf = (member: string): readonly string[] =>
      log.flatMap(({ member: told, msg }) => (told === member && !onTheWay.has(msg) ? [msg] : []));

    for (const gone of [first, second]) {
      await store.put('/before', gone);
      await cluster.node(gone).end('SIGKILL');
      await eventually(`${gone} is shown as offline`, async () => {
        const { members } = await store.members();
        return members.find(({ id }) => id === gone)?.stage === 'offline' ? true : null;
      });
      await eventually(`${gone} is removed`, async () =>
        (await store.members()).removed.includes(gone) ? true : null,
      );
      cluster.ids = cluster.ids.filter((id) => id !== gone);
      const removal = await cluster
        .node(leader)
        .logged('removed a voter that did not answer', (line) => line.member === gone);
      expect(saidOf(gone)).toEqual([
        'a member is offline',
        'removing a voter that does not answer',
        'removed a voter that did not answer',
      ]);
      const removing = log.find((line) => line.member === gone && line.msg === 'removing a voter that does not answer');
      expect(Number(removing?.silentMs)).toBeGreaterThanOrEqual(autoRemoveAfterMs);
      expect(removal.actor).toBe('leader');
      await eventually(`the removal of ${gone} is traced`, async () => {
        const spans = receiver.spans.filter(({ attributes }) => attributes['raft.peer'] === gone);
        const removed = spans.find(({ name }) => name === 'raft/autoRemove');
        if (removed === undefined) return null;
        expect(removed.attributes).toMatchObject({ 'raft.node': leader, 'raft.outcome': 'committed' });
        const stages = spans.filter(({ name }) => name === 'raft/stageChanged');
        expect(stages.map(({ attributes }) => attributes['raft.stage'])).toContain('offline');
        return true;
      });
    }

    // Three are left: whoever goes now stays a member, and is back when it comes.
    await cluster.node(third).end('SIGKILL');
    await eventually(`${third} is silent for long`, async () => {
      const { members } = await store.members();
      return (members.find(({ id }) => id === third)?.lastContactMs ?? 0) > 2 * autoRemoveAfterMs + 2_000 ? true : null;
    });
    expect(saidOf(third)).toEqual(['a member is offline']);
    const shown = await runQuorate(['members', '--nats', cluster.nats.url]);
    expect(shown.output.toString()).toMatch(new RegExp(`^${third} +unreachable +voter .* s ago +offline`, 'm'));
    cluster.start(third);
    await cluster.node(leader).logged('a member is back', (line) => line.member === third);
    await cluster.caughtUp(third);
    await store.put('/after', 'all');
    expect(new TextDecoder().decode((await store.get('/before', { node: third }))?.value)).toBe(second);
  });
});
