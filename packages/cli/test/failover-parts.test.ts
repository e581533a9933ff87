import type { ClusterStatus, NodeStatus } from '@quorate/client';
import { emptyResult } from '@quorate/load';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Acknowledgements } from '../src/bench/failover/acknowledgements.ts';
import { failoverToJson } from '../src/bench/failover/failover-report.ts';
import { wholeCluster } from '../src/bench/failover/whole-cluster.ts';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['performance'] });
});
afterEach(() => {
  vi.useRealTimers();
});

const pass = (ms: number): void => void vi.advanceTimersByTime(ms);
const { signal } = new AbortController();

test('the longest time without an acknowledgement has the one that goes on, and what went on when all was forgotten', () => {
  const acknowledgements = new Acknowledgements();
  pass(50);
  acknowledgements.add(0);
  pass(20);
  acknowledgements.forget();
  pass(10);
  expect(acknowledgements.longestMs).toBe(30);
  acknowledgements.add(0);
  pass(5);
  expect(acknowledgements.longestMs).toBe(30);
  pass(35);
  expect(acknowledgements.longestMs).toBe(40);
});

test('writes go on when one is acknowledged that was begun after', async () => {
  const acknowledgements = new Acknowledgements();
  acknowledgements.add(99);
  acknowledgements.add(100);
  expect(await acknowledgements.isBeyond(100, -1, signal)).toBe(false);
  acknowledgements.add(101);
  expect(await acknowledgements.isBeyond(100, -1, signal)).toBe(true);
});

function status(leader: string | null, nodes: readonly Partial<NodeStatus>[]): ClusterStatus {
  return { leader, nodes: nodes as readonly NodeStatus[] };
}

const follower = { role: 'follower', leader: 'n1', commitIndex: 7n, lastApplied: 7n } as const;
const leader = { ...follower, role: 'leader' } as const;

test.each([
  ['nobody leads', status(null, [{ id: 'n1', ...follower, leader: null }])],
  ['a node does not answer', status('n1', [{ id: 'n1', ...leader }])],
  [
    'a node follows another',
    status('n1', [
      { id: 'n1', ...leader },
      { id: 'n2', ...follower, leader: 'n3' },
    ]),
  ],
  [
    'a node is behind',
    status('n1', [
      { id: 'n1', ...leader },
      { id: 'n2', ...follower, lastApplied: 6n },
    ]),
  ],
])('a cluster is not whole while %s', async (_, before) => {
  const whole = status('n1', [
    { id: 'n1', ...leader },
    { id: 'n2', ...follower },
  ]);
  const answers = [before, whole];
  const store = { status: vi.fn(async () => answers.shift() ?? whole) };
  expect(await wholeCluster(store, ['n1', 'n2'], signal)).toBe('n1');
  expect(store.status.mock.calls.length).toBeGreaterThan(1);
});

test('what is committed after all nodes have answered is not waited for', async () => {
  const late = { id: 'n2', ...follower, lastApplied: 6n };
  const answers = [status('n1', [{ id: 'n1', ...leader }, late])];
  const further = status('n1', [
    { id: 'n1', ...leader, commitIndex: 9n, lastApplied: 9n },
    { ...late, lastApplied: 7n },
  ]);
  const store = { status: async () => answers.shift() ?? further };
  expect(await wholeCluster(store, ['n1', 'n2'], signal)).toBe('n1');
});

test('of 30 runs the 99 % are the longest, and the median is the fifteenth', () => {
  const runs = Array.from({ length: 30 }, (_, at) => ({ leader: 'n1', nextLeader: 'n2', longestMs: 30 - at }));
  const settings = {
    ...({ fault: 'kill', runs: 30, callers: 1, connections: 1, keys: 1, valueBytes: 1, dataDir: '.' } as const),
    ...{ nats: null, natsServer: '', tuning: {} },
  };
  const result = { runs, quietLongestMs: 1, writes: emptyResult() };
  expect(failoverToJson(settings, result).longestMs).toEqual({ median: 15, p99: 30, max: 30 });
});
