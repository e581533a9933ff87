import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { localDeliveries, TestCluster } from '../support/cluster.ts';
import type { Workload } from '../support/workload.ts';
import { writeWhile } from '../support/write-while.ts';

const outageMs = 10_000;
/** Longer than any of the election timeouts. */
const silenceMs = 1_000;
const mediumTimes = { QUORATE_ELECTION_TIMEOUT_MIN_MS: '400', QUORATE_ELECTION_TIMEOUT_MAX_MS: '800' };

describe.each(localDeliveries)('local delivery by %s', (localDelivery) => {
  test('nothing acknowledged is lost when nats-server is killed, 10 times over', { timeout: 300_000 }, async () => {
    const cluster = await TestCluster.start({ localDelivery });
    await writeWhile(cluster, async (workload) => {
      for (let round = 0; round < 10; round += 1) {
        await cluster.nats.kill('SIGKILL');
        await cluster.nats.restart();
        await workload.progress();
      }
    });
  });

  test('a restart of nats-server costs no election, 10 times over', { timeout: 300_000 }, async () => {
    const cluster = await TestCluster.start({ localDelivery, environment: mediumTimes });
    const leader = await cluster.leader();
    const { term } = await cluster.status(leader);
    await writeWhile(cluster, async (workload) => {
      for (let round = 0; round < 10; round += 1) {
        await cluster.nats.kill('SIGKILL');
        await sleep(silenceMs);
        await cluster.nats.restart();
        await workload.progress();
        expect(await cluster.status(leader)).toMatchObject({ role: 'leader', term });
      }
    });
  });

  test('nodes keep trying for 10 s without nats-server, say so, and send nothing late', {
    timeout: 300_000,
  }, async () => {
    const cluster = await TestCluster.start({ localDelivery });
    const disturb = async (workload: Workload): Promise<void> => {
      await cluster.nats.kill('SIGKILL');
      const outage = sleep(outageMs);
      const before = workload.attempts.length;
      for (const id of cluster.ids) {
        await cluster.node(id).logged('lost the connection to NATS');
        await cluster.node(id).logged('could not connect to NATS', ({ reason }) => typeof reason === 'string');
      }
      await outage;
      // What was not sent is certainly not written: the history shows that none of it appears later.
      const meanwhile = workload.attempts.slice(before);
      expect(meanwhile.filter(({ outcome }) => outcome === 'notWritten').length).toBeGreaterThanOrEqual(16);
      await cluster.nats.restart();
      await workload.progress();
      for (const id of cluster.ids) {
        await cluster.node(id).logged('connected to NATS', ({ epoch }) => typeof epoch === 'number' && epoch > 1);
      }
    };
    await writeWhile(cluster, disturb, { timeoutMs: 2_000 });
  });
});
