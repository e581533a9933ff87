import { type NodeId, nodeId } from '@quorate/actor';
import type { Parting } from '@quorate/raft';
import { MetricReadings, declarations as metrics } from '@quorate/telemetry';
import { expect, test } from 'vitest';
import { emptyStatus } from '../src/api/group-requests.ts';
import type { NodeObservation } from '../src/observation/node-observation.ts';
import { readObservation } from '../src/observation/observation-metrics.ts';

const [n1, n2]: readonly [NodeId, NodeId] = [nodeId('n1'), nodeId('n2')];

function readingsOf(partings: readonly Parting[], comparisons: NodeObservation['comparisons']): MetricReadings {
  const status = emptyStatus({
    id: n1,
    pid: 1,
    storageId: 's1',
    version: '0.0.0',
    formation: 'formed',
    clusterId: 'c',
    dropped: {},
    disk: null,
    payload: null,
    isRemoved: false,
    partings,
  });
  const readings = new MetricReadings();
  readObservation(readings, {
    phase: 'running',
    isConnected: true,
    connections: 1,
    status,
    hasAnswered: true,
    isStateWhole: true,
    queues: [{ queue: 'watchers', length: 3, limit: 100_000 }],
    maxUncommittedBytes: 1,
    comparisons,
  });
  return readings;
}

test('states that have parted are counted by whose they are, and so are comparisons by what came of them', () => {
  const parted = { node: n2, revision: 7, isOdd: true };
  const readings = readingsOf([parted, { ...parted, revision: 9, isOdd: false }], { equal: 5, different: 2 });
  expect(readings.of(metrics.statesParted)).toEqual([
    { labels: { state: 'own' }, value: 0 },
    { labels: { state: 'other' }, value: 1 },
    { labels: { state: 'undecided' }, value: 1 },
  ]);
  expect(readings.of(metrics.stateComparisons)).toEqual([
    { labels: { result: 'equal' }, value: 5 },
    { labels: { result: 'different' }, value: 2 },
  ]);
});

test('a node that is the odd one says so, and compares nothing any more', () => {
  const readings = readingsOf([{ node: n1, revision: 7, isOdd: true }], null);
  expect(readings.of(metrics.statesParted)[0]).toEqual({ labels: { state: 'own' }, value: 1 });
  expect(readings.of(metrics.stateComparisons)).toEqual([]);
});

test('what waits in the node is shown with its bound, and so is how much may be uncommitted', () => {
  const readings = readingsOf([], null);
  expect(readings.of(metrics.queueLength)).toEqual([{ labels: { queue: 'watchers' }, value: 3 }]);
  expect(readings.of(metrics.queueLimit)).toEqual([{ labels: { queue: 'watchers' }, value: 100_000 }]);
  expect(readings.of(metrics.uncommittedLimit)).toEqual([{ labels: {}, value: 1 }]);
});
