import type { NodeId } from '@quorate/actor';
import { beforeEach, expect, test } from 'vitest';
import type { LogEntry } from '../src/index.ts';
import { TestCluster } from './support/cluster.ts';

const hourMs = 3_600_000;

let cluster: TestCluster;
/** When each entry was applied first, anywhere. */
let appliedAtMs: Map<LogEntry, number>;

beforeEach(() => {
  appliedAtMs = new Map();
  const seen = new Set<number>();
  const onApply = (_node: NodeId, entry: LogEntry): void => {
    if (!seen.has(entry.index)) appliedAtMs.set(entry, cluster.nowMs);
    seen.add(entry.index);
  };
  cluster = new TestCluster(['n1', 'n2', 'n3'], { onApply });
});

/** Lets a leader be chosen, and write a little. */
function lead(): string {
  expect(cluster.run(5000, () => cluster.leader() !== null)).toBe(true);
  const leader = cluster.leader();
  if (leader === null) throw new Error('no leader');
  for (let request = 0; request < 5; request += 1) {
    cluster.run(50);
    cluster.write(leader.id, request, `${leader.id} writes`);
  }
  return leader.id;
}

/** How far each timestamp is ahead of when its entry was applied. */
const aheadMs = (kind: LogEntry['kind']): readonly number[] =>
  [...appliedAtMs].filter(([entry]) => entry.kind === kind).map(([{ timestampUs }, atMs]) => timestampUs / 1000 - atMs);

const timestamps = (): readonly number[] => [...appliedAtMs.keys()].map(({ timestampUs }) => timestampUs);

test.each([hourMs, -hourMs])('one clock that is off by %i ms takes nobody with it', (offMs) => {
  for (const wrong of ['n1', 'n2', 'n3']) {
    cluster.node(wrong).wallAheadMs = offMs;
    cluster.startAll();
    for (let round = 0; round < 4; round += 1) {
      const leader = lead();
      cluster.stop(leader);
      cluster.run(2000);
      cluster.start(leader);
    }
    for (const { id } of cluster.nodes.values()) cluster.stop(id);
    cluster.node(wrong).wallAheadMs = 0;
  }
  expect(Math.max(...aheadMs('command').map(Math.abs))).toBeLessThan(100);
  // A no-op comes before the leader knows more clocks than those of its own voters: it may be of the time of the entry before.
  expect(Math.max(...aheadMs('noop'))).toBeLessThan(100);
  expect(timestamps().toSorted((a, b) => a - b)).toEqual(timestamps());
});

test('where a majority was ahead, time stands nearly still until it is right again, and does not go back', () => {
  for (const id of ['n1', 'n2']) cluster.node(id).wallAheadMs = 3000;
  cluster.startAll();
  lead();
  expect(Math.min(...aheadMs('command'))).toBeGreaterThan(2900);
  for (const id of ['n1', 'n2']) cluster.node(id).wallAheadMs = 0;
  lead();
  cluster.run(3500);
  appliedAtMs.clear();
  lead();
  expect(Math.max(...aheadMs('command').map(Math.abs))).toBeLessThan(100);
});
