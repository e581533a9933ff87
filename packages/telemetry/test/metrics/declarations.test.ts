import { expect, test } from 'vitest';
import { declarations } from '../../src/metrics/declarations.ts';
import { type Metric, prometheusName } from '../../src/metrics/metric.ts';

const all = Object.values<Metric>(declarations);

test('names are told apart, by OpenTelemetry and by Prometheus', () => {
  expect(new Set(all.map(({ name }) => name)).size).toBe(all.length);
  expect(new Set(all.map(prometheusName)).size).toBe(all.length);
});

test.each(all)('$name is named and described as it should be', ({ name, kind, unit, labels, help }) => {
  expect(name).toMatch(/^(quorate|process)(\.[a-z]+)+$/);
  expect(unit).toMatch(/^(s|By|1|\{[a-z]+\})$/);
  expect(help).toMatch(/^[A-Z].*\.$/);
  for (const [label, values] of Object.entries<string>(labels)) {
    expect(label).toMatch(/^[a-z]+$/);
    // The labels of the node, and those that Prometheus keeps for itself.
    expect(['cluster', 'group', 'node', 'job', 'instance', 'le', 'quantile']).not.toContain(label);
    expect(values).not.toBe('');
  }
  if (kind === 'histogram') expect(unit).toBe('s');
});

test.each([
  [{ name: 'quorate.request.duration', kind: 'histogram', unit: 's' }, 'quorate_request_duration_seconds'],
  [{ name: 'quorate.disk.free', kind: 'gauge', unit: 'By' }, 'quorate_disk_free_bytes'],
  [{ name: 'process.cpu.time', kind: 'counter', unit: 's' }, 'process_cpu_time_seconds_total'],
  [{ name: 'quorate.raft.peer.loss', kind: 'gauge', unit: '1' }, 'quorate_raft_peer_loss_ratio'],
  [{ name: 'quorate.raft.term', kind: 'gauge', unit: '{term}' }, 'quorate_raft_term'],
] as const)('%j is %s for Prometheus', (metric, name) => {
  expect(prometheusName(metric)).toBe(name);
});
