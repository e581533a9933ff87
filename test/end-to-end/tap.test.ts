import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { TappedMessage } from '@quorate/client';
import { describe, expect, onTestFinished, test } from 'vitest';
import { localDeliveries, TestCluster } from '../support/cluster.ts';
import { runQuorate, spawnQuorate } from '../support/quorate-command.ts';

describe.each(localDeliveries)('local delivery by %s', (localDelivery) => {
  test("tap shows an actor's messages as they come, and no key or value", { timeout: 120_000 }, async () => {
    const cluster = await TestCluster.start({ localDelivery, steady: true });
    const leader = await cluster.leader();
    const server = ['--nats', cluster.nats.url];
    const tap = spawnQuorate(['tap', `${leader}.logStore`, '--json', ...server]);
    onTestFinished(() => void tap.kill('SIGKILL'));
    if (tap.stdout === null) throw new Error('it has no output');
    const store = await cluster.connect({ sessions: false });
    const seen: TappedMessage[] = [];
    // Its own actors tell the log store of a write, its peers do not.
    for await (const line of createInterface({ input: tap.stdout })) {
      expect(line).not.toContain('secret');
      seen.push(JSON.parse(line));
      if (seen.length === 1) await store.put('/secret-key', 'secret-value');
      if (seen.some(({ kind }) => kind === 'append')) break;
    }
    const append = seen.find(({ kind }) => kind === 'append');
    expect(append).toMatchObject({
      from: leader,
      fields: { entries: [{ kind: 'command', command: expect.stringMatching(/^\d+ bytes$/) }] },
    });
    tap.kill('SIGINT');
    expect(await once(tap, 'exit')).toEqual([0, null]);
  });
});

test('who is no actor of no node is not shown', { timeout: 120_000 }, async () => {
  const cluster = await TestCluster.start({ steady: true });
  const server = ['--nats', cluster.nats.url, '--timeout', '2000'];
  const refused = async (what: string): Promise<string> => {
    const { exitCode, errorOutput } = await runQuorate(['tap', what, ...server]);
    expect(exitCode).toBeGreaterThan(0);
    return errorOutput;
  };
  expect(await refused('n1.nobody')).toContain('InvalidRequest');
  expect(await refused('n9.logStore')).toContain('Unavailable');
  expect(await refused('n1')).toContain('It must be a node and an actor');
});
