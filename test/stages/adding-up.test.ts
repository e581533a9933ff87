import { silentPorts, timelineOf } from '@quorate/raft';
import { StageRings } from '@quorate/telemetry';
import { describe, expect, test } from 'vitest';
import { TestCluster } from '../../packages/raft/test/support/cluster.ts';
import { randomOf } from '../../packages/raft/test/support/schedule.ts';

const ids = ['n1', 'n2', 'n3'];
/** What clients and gateways tell each other is not the group's. */
const fromOutside: ReadonlySet<string> = new Set(['write', 'answered']);

interface Answered {
  readonly index: number;
  readonly wholeMs: number;
}

/** A cluster whose messages take their time, within a node as well, and whose disks do; each node remembers 512 writes. */
function startCluster(seed: number) {
  const random = randomOf(seed);
  const between = (leastMs: number, mostMs: number): number => leastMs + random() * (mostMs - leastMs);
  const beganAtMs = new Map<number, number>();
  const answered: Answered[] = [];
  const cluster = new TestCluster(ids, {
    seed,
    flushMs: () => between(1, 8),
    onAnswer: (_, request, answer) => {
      if (answer.kind !== 'result') return;
      answered.push({ index: answer.index, wholeMs: cluster.nowMs - (beganAtMs.get(request) ?? 0) });
    },
  });
  cluster.delaysMs = ({ message }, isLocal) => {
    if (fromOutside.has(message.kind)) return [0];
    return [isLocal ? between(0.01, 0.3) : between(0.5, 4)];
  };
  const rings = new Map(ids.map((id) => [id, new StageRings(512)]));
  for (const [id, stages] of rings) cluster.start(id, { ...silentPorts, stages });
  cluster.run(5_000, () => cluster.leader() !== null);
  cluster.run(1_000);
  const write = (through: string, request: number): void => {
    beganAtMs.set(request, cluster.nowMs);
    cluster.write(through, request, `write ${request}`);
  };
  const timeline = (index: number) =>
    timelineOf(
      [...rings].flatMap(([id, memory]) => {
        const stages = memory.find(index as never);
        return stages === null ? [] : [{ node: cluster.node(id).id, stages }];
      }),
    );
  return { cluster, rings, answered, write, timeline };
}

describe.each([1, 2, 3])('seed %i', (seed) => {
  test('the stages that an answer waited for add up to the whole, on whichever node it was asked for', () => {
    const { cluster, answered, write, timeline } = startCluster(seed);
    for (let request = 1; request <= 60; request += 1) {
      write(ids[request % 3] ?? 'n1', request);
      // Some alone, some while others are under way.
      cluster.run(request % 4 === 0 ? 60 : 1);
    }
    cluster.run(1_000, () => answered.length === 60);
    cluster.run(1_000);
    expect(answered).toHaveLength(60);
    for (const { index, wholeMs } of answered) {
      const made = timeline(index);
      const path = made?.stages.filter((stage) => stage.isOnPath) ?? [];
      const sumMs = path.reduce((sum, { beginMs, endMs }) => sum + endMs - beginMs, 0);
      expect(Math.abs(sumMs - wholeMs) / wholeMs, `index ${index}`).toBeLessThan(0.05);
      // One after the other, and none that was not seen.
      for (const [at, stage] of path.entries()) expect(stage.beginMs).toBeCloseTo(path[at - 1]?.endMs ?? 0, 6);
      const names = path.map(({ stage }) => stage);
      const through = made?.completedBy === made?.leader ? ['flushWait', 'flush'] : [];
      const overPeer = ['send', 'wire', 'append', 'flushWait', 'flush', 'reply', 'wire'];
      expect(names).toEqual([
        ...['gateway', 'mailbox', 'batch', 'append'],
        ...(through.length > 0 ? through : overPeer),
        ...['quorum', 'applyWait', 'apply', 'answer'],
      ]);
      expect(path.find(({ stage }) => stage === 'flush')?.node).toBe(made?.completedBy);
    }
  });

  test('writes that come at once share a batch, and each knows its own way', () => {
    const { cluster, answered, write, timeline } = startCluster(seed);
    const leader = cluster.leader()?.id ?? 'n1';
    for (let request = 1; request <= 100; request += 1) write(leader, request);
    cluster.run(2_000, () => answered.length === 100);
    cluster.run(1_000);
    const waitsMs = answered.map(({ index, wholeMs }) => {
      const made = timeline(index);
      const lengthOf = (name: string): number => {
        const stage = made?.stages.find((one) => one.isOnPath && one.stage === name);
        return stage === undefined ? Number.NaN : stage.endMs - stage.beginMs;
      };
      expect(Math.abs((made?.wholeMs ?? 0) - wholeMs) / wholeMs).toBeLessThan(0.05);
      return lengthOf('batch');
    });
    // The first waits for nobody; whoever came while its append was with the log store does.
    expect(waitsMs.filter((waitMs) => waitMs > 0).length).toBeGreaterThan(50);
    expect(waitsMs.filter((waitMs) => waitMs === 0).length).toBeGreaterThan(0);
  });
});

test("a write under way while the leader goes is the new leader's, if it got there", () => {
  const { cluster, answered, write, timeline } = startCluster(9);
  const first = cluster.leader()?.id ?? 'n1';
  write(first, 1);
  cluster.run(1_000, () => answered.length === 1);
  cluster.crash(first);
  cluster.run(5_000, () => cluster.leader() !== null);
  cluster.run(1_000);
  const second = cluster.leader()?.id ?? '';
  write(second, 2);
  cluster.run(1_000, () => answered.length === 2);
  const made = timeline(answered[1]?.index ?? 0);
  expect(made).toMatchObject({ leader: second });
  expect(made?.wholeMs).toBeCloseTo(answered[1]?.wholeMs ?? 0, 6);
  // What went to the one that is gone is not known to have come.
  const peers = new Set(made?.stages.filter(({ stage }) => stage === 'flush').map(({ node }) => node));
  expect(peers.has(first as never)).toBe(false);
});

test('the slowest are remembered when the rings have no more place for them', () => {
  const { cluster, rings, answered, write } = startCluster(4);
  const leader = cluster.leader()?.id ?? 'n1';
  const usual = cluster.delaysMs;
  const slow = 7;
  for (let request = 1; request <= 1_200; request += 1) {
    cluster.delaysMs = request === slow ? (given, isLocal) => (isLocal ? usual(given, isLocal) : [25]) : usual;
    write(leader, request);
    if (request === slow) cluster.run(2_000, () => answered.length === request);
    else if (request % 50 === 0 || request < 20) cluster.run(2_000, () => answered.length === request);
  }
  const memory = rings.get(leader);
  const index = answered.find(({ wholeMs }) => wholeMs > 50)?.index ?? 0;
  expect(index).toBeGreaterThan(0);
  const [slowest, ...others] = memory?.slowest(5, cluster.nowMs) ?? [];
  expect(slowest?.index).toBe(index);
  expect(slowest?.leader?.settledAtMs).not.toBeNull();
  expect(others).toHaveLength(4);
  expect(memory?.find(index as never)).toEqual(slowest);
  // So many came after these that the rings have none of them: a few were among the slowest.
  const early = answered.slice(0, 600).filter((one) => (memory?.find(one.index as never)?.leader ?? null) !== null);
  expect(early.length).toBeLessThanOrEqual(64);
});
