import { silentPorts } from '@quorate/raft';
import { expect, onTestFinished, test } from 'vitest';
import { declarations, startTelemetry } from '../src/index.ts';

const options = { identity: { cluster: 'main', group: 'config', node: 'n1' }, version: '1.0.0' };
const trace = `00-${'ab'.repeat(16)}-${'cd'.repeat(8)}`;

test('without an endpoint nothing is recorded, and a sampled context is handed on as it came', async () => {
  const { commit, rpc, metrics, stop } = await startTelemetry({
    ...options,
    environment: {},
    metricsAsText: false,
    rememberedWrites: 0,
    slowWriteMs: null,
    tracedHeartbeats: 0,
    logger: silentPorts.logger,
  });
  expect(rpc).toBeNull();
  expect(metrics).toBeNull();
  expect(commit.start(`${trace}-01`)?.traceparent).toBe(`${trace}-01`);
  for (const parent of [null, '', `${trace}-00`, `${trace}-01-more`, `00-${'0'.repeat(32)}-${'cd'.repeat(8)}-xx`]) {
    expect(commit.start(parent)).toBeNull();
  }
  await stop();
});

test('metrics are there as text for Prometheus, with the node in every line, and count what is traced', async () => {
  const { commit, metrics, stop } = await startTelemetry({
    ...options,
    environment: {},
    metricsAsText: true,
    rememberedWrites: 8,
    slowWriteMs: null,
    tracedHeartbeats: 0,
    logger: silentPorts.logger,
  });
  onTestFinished(stop);
  expect(commit.start(null)?.traceparent).toBeNull();
  expect(commit.start(`${trace}-01`)?.traceparent).toBe(`${trace}-01`);
  commit.start(null)?.end('refused');
  metrics?.add((readings) => readings.set(declarations.term, {}, 7));
  metrics?.add(() => Promise.reject(new Error('a source that fails takes no other with it')));
  const lines = (await metrics?.text())?.split('\n') ?? [];
  const node = 'cluster="main",group="config",node="n1"';
  expect(lines).toContain('# TYPE quorate_raft_term gauge');
  expect(lines).toContain(`quorate_raft_term{${node}} 7`);
  expect(lines).toContain(`quorate_raft_proposals_total{outcome="refused",${node}} 1`);
  expect(lines).toContain(`quorate_build_info{version="1.0.0",${node}} 1`);
  expect(lines).toContain('# TYPE quorate_event_loop_delay_seconds histogram');
  expect(lines).toContain('# TYPE process_cpu_time_seconds_total counter');
  expect(lines.filter((line) => !line.startsWith('#') && line !== '' && !line.includes(node))).toEqual([]);
});
