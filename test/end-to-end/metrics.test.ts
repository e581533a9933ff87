import { fileURLToPath } from 'node:url';
import { NoLeader } from '@quorate/client';
import { headers } from 'nats';
import { expect, onTestFinished, test } from 'vitest';
import { TestCluster } from '../support/cluster.ts';
import { eventually } from '../support/eventually.ts';
import { startOtlpReceiver } from '../support/otlp-receiver.ts';
import { startPrometheus } from '../support/prometheus.ts';
import { parsePrometheusText, type Sample, valuesOf } from '../support/prometheus-text.ts';

const rulesFile = fileURLToPath(new URL('../../infra/prometheus/rules.yml', import.meta.url));
const writes = 40;

/** Where a node listens for HTTP. */
const urlOf = async (cluster: TestCluster, id: string): Promise<string> =>
  String((await cluster.node(id).logged('listens for HTTP')).url);

async function readiness(url: string): Promise<{ readonly status: number; readonly text: string }> {
  const response = await fetch(`${url}/readyz`);
  return { status: response.status, text: await response.text() };
}

const metricsOf = async (url: string): Promise<readonly Sample[]> =>
  parsePrometheusText(await (await fetch(`${url}/metrics`)).text());

// One cluster for all of it: clusters are what takes the time.
test('a cluster is seen by HTTP, by a real Prometheus and by OTLP, from before it is formed until its majority is gone', {
  timeout: 120_000,
}, async () => {
  const receiver = await startOtlpReceiver();
  onTestFinished(() => receiver.stop());
  const cluster = await TestCluster.start({
    steady: true,
    form: false,
    environment: {
      ...receiver.environment,
      QUORATE_HTTP_PORT: '0',
      OTEL_METRICS_EXPORTER: 'otlp',
      OTEL_LOGS_EXPORTER: 'otlp',
      OTEL_BLRP_SCHEDULE_DELAY: '200',
      OTEL_METRIC_EXPORT_INTERVAL: '200',
    },
  });
  const urls = new Map(await Promise.all(cluster.ids.map(async (id) => [id, await urlOf(cluster, id)] as const)));
  const url = (id: string): string => urls.get(id) ?? '';

  // Unformed: the process is well, and takes no requests, and says why.
  await cluster.answers(...cluster.ids);
  expect(await readiness(url('n1'))).toEqual({
    status: 503,
    text: 'not ready: it is in no cluster yet: quorate form, or quorate members add\n',
  });
  expect((await fetch(`${url('n1')}/healthz`)).status).toBe(200);
  expect(valuesOf(await metricsOf(url('n1')), 'quorate_ready')).toEqual([0]);

  await cluster.form();
  const leader = await cluster.leader();
  for (const id of cluster.ids) {
    await eventually(`${id} is ready`, async () => ((await readiness(url(id))).status === 200 ? true : null));
  }

  const prometheus = await startPrometheus(
    [...urls.values()].map((one) => one.replace('http://', '')),
    rulesFile,
  );
  onTestFinished(() => prometheus.stop());

  // No entry but the writes.
  const store = await cluster.connect({ sessions: false });
  const [before = 0] = valuesOf(await metricsOf(url(leader)), 'quorate_raft_commit_index');
  for (let write = 0; write < writes; write += 1) await store.put(`/secret/key/${write % 4}`, 'secret-value');
  await cluster.converged();

  const text = await (await fetch(`${url(leader)}/metrics`)).text();
  expect(text).not.toContain('secret');
  const samples = parsePrometheusText(text);
  const value = (name: string, labels: Readonly<Record<string, string>> = {}): number => {
    const values = valuesOf(samples, name, labels);
    expect(values, name).toHaveLength(1);
    return values[0] ?? Number.NaN;
  };
  expect(value('quorate_raft_role', { role: 'leader', node: leader, cluster: 'main', group: 'config' })).toBe(1);
  expect(value('quorate_raft_role', { role: 'follower' })).toBe(0);
  expect(value('quorate_raft_role_changes_total', { role: 'leader' })).toBe(1);
  expect(value('quorate_raft_commit_index')).toBe(before + writes);
  expect(value('quorate_raft_applied_index')).toBe(before + writes);
  expect(value('quorate_raft_proposals_total', { outcome: 'applied' })).toBe(writes);
  const stages = valuesOf(samples, 'quorate_raft_commit_stage_duration_seconds_sum');
  expect(stages).toHaveLength(6);
  expect(stages.reduce((sum, stage) => sum + stage, 0)).toBeCloseTo(
    value('quorate_raft_commit_duration_seconds_sum'),
    9,
  );
  const appends = value('quorate_raft_appends_total');
  expect(value('quorate_raft_appended_entries_total')).toBeGreaterThanOrEqual(Math.max(appends, writes));
  expect(value('quorate_raft_flush_duration_seconds_count')).toBeGreaterThan(0);
  expect(value('quorate_raft_campaigns_total', { reason: 'timeout' })).toBeGreaterThanOrEqual(1);
  expect(value('quorate_raft_campaigns_total', { reason: 'transfer' })).toBe(0);
  expect(value('quorate_raft_voters_alive')).toBe(3);
  expect(value('quorate_queue_length', { queue: 'mailboxes' })).toBeGreaterThanOrEqual(0);
  expect(value('quorate_queue_length', { queue: 'watchers' })).toBe(0);
  expect(value('quorate_queue_limit', { queue: 'watchers' })).toBe(100_000);
  expect(value('quorate_raft_uncommitted_size_bytes')).toBe(0);
  expect(value('quorate_raft_uncommitted_limit_bytes')).toBe(64 * 1024 * 1024);
  const peers = cluster.ids.filter((id) => id !== leader);
  for (const peer of peers) {
    expect(value('quorate_raft_peer_lag', { peer })).toBe(0);
    expect(value('quorate_raft_peer_stage', { peer, stage: 'alive' })).toBe(1);
  }
  expect(value('quorate_storage_size_bytes', { part: 'log' })).toBeGreaterThan(0);
  expect(value('quorate_disk_free_bytes')).toBeGreaterThan(0);

  // A traceparent that is none is ignored, and counted.
  const broken = headers();
  broken.set('traceparent', 'broken');
  const asked = JSON.stringify({ key: '/secret/key/0' });
  const answer = await cluster.plain.request(`quorate.main.api.config.node.${leader}.get`, asked, {
    headers: broken,
    timeout: 10_000,
  });
  expect(answer.json()).toHaveProperty('entry');
  expect(valuesOf(await metricsOf(url(leader)), 'quorate_traceparents_broken_total')).toEqual([1]);

  // Each request is counted where it came in: the first ones may have found another node than the leader.
  const ofAll = (await Promise.all(cluster.ids.map((id) => metricsOf(url(id))))).flat();
  const total = (name: string, labels: Readonly<Record<string, string>>): number =>
    valuesOf(ofAll, name, labels).reduce((sum, count) => sum + count, 0);
  expect(total('quorate_requests_total', { endpoint: 'put', outcome: 'ok' })).toBe(writes);
  expect(total('quorate_request_duration_seconds_count', { endpoint: 'put' })).toBe(writes);

  // A follower tells of itself, and of no peers.
  const [follower = ''] = peers;
  const ofFollower = await metricsOf(url(follower));
  expect(valuesOf(ofFollower, 'quorate_raft_role', { role: 'follower' })).toEqual([1]);
  expect(valuesOf(ofFollower, 'quorate_raft_commit_index')).toEqual([before + writes]);
  expect(valuesOf(ofFollower, 'quorate_raft_peer_lag')).toEqual([]);

  // Prometheus has the same, and evaluates the rules.
  await eventually('Prometheus has it from all nodes', async () => {
    const indexes = await prometheus.query('quorate_raft_commit_index');
    return cluster.ids.every((id) => indexes[id] === before + writes) ? true : null;
  });
  expect(await prometheus.query('quorate_raft_role{role="leader"} == 1')).toEqual({ [leader]: 1 });
  const rules = await eventually('Prometheus has evaluated its rules', async () => {
    const health = await prometheus.rules();
    return Object.values(health).includes('unknown') || Object.keys(health).length === 0 ? null : health;
  });
  expect(new Set(Object.values(rules))).toEqual(new Set(['ok']));

  // So has whoever takes OTLP, logs included.
  const elected = await eventually(
    'the log line of the election is exported',
    async () => receiver.lines.find(({ text }) => text === 'became leader') ?? null,
  );
  expect(elected).toMatchObject({ severity: 'INFO', attributes: { actor: 'election', node: leader, cluster: 'main' } });
  const exported = await eventually('the term is exported by all nodes', async () => {
    const terms = receiver.metrics.filter(({ name }) => name === 'quorate.raft.term');
    return new Set(terms.map(({ resource }) => resource['quorate.node'])).size === cluster.ids.length ? terms : null;
  });
  expect(exported[0]).toMatchObject({ unit: '{term}', kind: 'gauge' });
  expect(exported[0]?.resource).toMatchObject({ 'service.name': 'quorate', 'quorate.cluster': 'main' });
  expect(receiver.metrics.find(({ name }) => name === 'quorate.request.duration')?.kind).toBe('histogram');

  // A node without a majority is alive, and not ready; what is asked of it then is counted by its error.
  for (const id of cluster.ids.filter((one) => one !== follower)) await cluster.node(id).end('SIGKILL');
  await eventually('the node that is left is not ready', async () => {
    const { status, text: why } = await readiness(url(follower));
    return status === 503 && why === 'not ready: no leader is known\n' ? true : null;
  });
  await expect(store.get('/secret/key/0', { timeoutMs: 1_000 })).rejects.toThrow(NoLeader);
  const left = await metricsOf(url(follower));
  expect(valuesOf(left, 'quorate_ready')).toEqual([0]);
  expect(valuesOf(left, 'quorate_raft_leader_known')).toEqual([0]);
  expect(valuesOf(left, 'quorate_raft_role', { role: 'leader' })).toEqual([0]);
  expect((await fetch(`${url(follower)}/healthz`)).status).toBe(200);
});
