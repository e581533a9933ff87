import { describe, expect, test } from 'vitest';
import { TestCluster } from './support/cluster.ts';

interface World {
  /** Between two nodes, one way. */
  readonly delayMs: number;
  readonly flushMs: number;
}

const worlds: readonly (readonly [string, World])[] = [
  ['across a continent', { delayMs: 40, flushMs: 1 }],
  ['around the earth', { delayMs: 150, flushMs: 1 }],
  ['on slow disks', { delayMs: 1, flushMs: 250 }],
  ['around the earth on slow disks', { delayMs: 150, flushMs: 250 }],
];

function clusterIn({ delayMs, flushMs }: World, seed: number): TestCluster {
  const cluster = new TestCluster(['n1', 'n2', 'n3'], { seed, flushMs: () => flushMs });
  cluster.delaysMs = (_, local) => [local ? 0 : delayMs * (0.9 + 0.2 * cluster.random())];
  cluster.startAll();
  return cluster;
}

/** The highest term on any disk. */
const termOf = (cluster: TestCluster): number =>
  Math.max(...[...cluster.nodes.values()].map(({ storage }) => storage.hardState.currentTerm));

/** Lets someone write, all the time, for a while. */
function writeOn(cluster: TestCluster, forMs: number, firstRequest: number): void {
  for (let passedMs = 0, request = firstRequest; passedMs < forMs; passedMs += 100, request += 1) {
    cluster.write('n1', request, `write ${request}`, 60_000);
    cluster.run(100);
  }
}

describe.each(worlds)('%s', (_, world) => {
  test.each([1, 2, 3, 4, 5])('a fresh group finds a leader, which stays, and another when it is gone: %i', (seed) => {
    const cluster = clusterIn(world, seed);
    expect(cluster.run(20_000, () => cluster.leader() !== null)).toBe(true);
    writeOn(cluster, 5_000, 1);
    const before = termOf(cluster);
    writeOn(cluster, 60_000, 1_000);
    expect(termOf(cluster)).toBe(before);

    const gone = cluster.leader()?.id ?? '';
    cluster.stop(gone);
    expect(cluster.run(20_000, () => cluster.leader() !== null)).toBe(true);
    cluster.run(5_000);
    const after = termOf(cluster);
    cluster.run(60_000);
    expect(termOf(cluster)).toBe(after);
    expect(after - before).toBeLessThanOrEqual(3);
  });
});
