import { nodeId } from '@quorate/actor';
import { logIndex, term } from '@quorate/raft';
import type { NodeStatus } from '@quorate/wire';
import { expect, test } from 'vitest';
import { emptyStatus } from '../src/api/group-requests.ts';
import type { NodeObservation } from '../src/observation/node-observation.ts';
import { reasonsNotReady, reasonUnhealthy } from '../src/observation/readiness.ts';

const status: NodeStatus = {
  ...emptyStatus({
    id: nodeId('n1'),
    pid: 1,
    storageId: 'ab'.repeat(16),
    version: '1.0.0',
    formation: 'formed',
    clusterId: 'cd'.repeat(32),
    partings: [],
    dropped: {},
    disk: null,
    payload: null,
    isRemoved: false,
  }),
  role: 'follower',
  term: term(3),
  leader: nodeId('n2'),
  commitIndex: logIndex(5_000),
  lastApplied: logIndex(4_000),
};

const ready: NodeObservation = {
  phase: 'running',
  isConnected: true,
  connections: 1,
  status,
  hasAnswered: true,
  isStateWhole: true,
  comparisons: null,
  queues: [],
  maxUncommittedBytes: 1,
};

const lowPayload = { ...ready, status: { ...status, payload: { maxBytes: 12, neededBytes: 40, isLow: true } } };

test('a node in a cluster with a leader takes requests', () => {
  expect(reasonsNotReady(ready)).toEqual([]);
  expect(reasonUnhealthy(ready)).toBeNull();
});

test.each<[string, NodeObservation | null]>([
  ['the node is starting', null],
  ['the node is stopping', { ...ready, phase: 'stopping' }],
  ['its log was mended, and is opened anew', { ...ready, phase: 'reopening' }],
  ['it is not connected to NATS', { ...ready, isConnected: false }],
  ['its NATS server takes messages of 12 bytes at most, and 40 are needed', lowPayload],
  ['no leader is known', { ...ready, status: { ...status, leader: null } }],
  ['its log is being repaired: a page', { ...ready, status: { ...status, damage: 'a page' } }],
  ['its state is being built anew', { ...ready, isStateWhole: false }],
  ['1001 committed entries are still', { ...ready, status: { ...status, lastApplied: logIndex(3_999) } }],
  ['it is in no cluster yet', { ...ready, status: { ...status, formation: 'unformed', role: null, leader: null } }],
  ['its id is spent', { ...ready, status: { ...status, formation: 'spent', role: null, leader: null } }],
  ['it was removed', { ...ready, status: { ...status, role: 'removed', leader: null } }],
])('%s: it takes none, and is well', (reason, observation) => {
  expect(reasonsNotReady(observation)).toEqual([expect.stringContaining(reason)]);
  expect(reasonUnhealthy(observation)).toBeNull();
});

test.each<[string, NodeObservation]>([
  ['the node has failed', { ...ready, phase: 'failed' }],
  ['its actors do not answer', { ...ready, hasAnswered: false }],
])('%s: it takes none, and is not well', (reason, observation) => {
  expect(reasonsNotReady(observation)).toEqual([expect.stringContaining(reason)]);
  expect(reasonUnhealthy(observation)).toContain(reason);
});

test('a node whose state has parted is not ready and says no more, and is well; one that tells of another is ready', () => {
  const partings = [{ node: status.id, revision: 7, isOdd: true }];
  const parted = { ...ready, status: { ...status, leader: null, partings } };
  expect(reasonsNotReady(parted)).toEqual(['its state has parted from those of the others at revision 7']);
  expect(reasonUnhealthy(parted)).toBeNull();
  const other = { node: nodeId('n9'), revision: 7, isOdd: true };
  expect(reasonsNotReady({ ...ready, status: { ...status, partings: [other] } })).toEqual([]);
});

test('all reasons are told', () => {
  const cutOff = { ...ready, isConnected: false, status: { ...status, leader: null } };
  expect(reasonsNotReady(cutOff)).toEqual(['it is not connected to NATS', 'no leader is known']);
});
