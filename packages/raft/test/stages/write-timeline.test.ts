import { nodeId } from '@quorate/actor';
import { describe, expect, test } from 'vitest';
import { logIndex, type NodeStages, term, timelineOf, type WriteStages } from '../../src/index.ts';

const [n1, n2, n3] = [nodeId('n1'), nodeId('n2'), nodeId('n3')];
const nothing: WriteStages = {
  index: logIndex(12),
  term: term(3),
  gateway: null,
  leader: null,
  log: null,
  applier: null,
};

/** The leader n1, from 1,000 ms on by its clock; n2 completes the quorum. */
const leader: WriteStages = {
  ...nothing,
  gateway: { receivedAtMs: 1_000, proposedAtMs: 1_001, answeredAtMs: 1_040 },
  leader: {
    takenAtMs: 1_002,
    placedAtMs: 1_004,
    committedAtMs: 1_030,
    completedBy: n2,
    settledAtMs: 1_039,
    peers: [
      { peer: n2, sentAtMs: 1_006, heardAtMs: 1_028 },
      { peer: n3, sentAtMs: 1_007, heardAtMs: null },
    ],
  },
  log: {
    receivedAtMs: 1_004.5,
    appendedAtMs: 1_005,
    batchEntries: 3,
    flushBeganAtMs: 1_010,
    flushEndedAtMs: 1_050,
    repliedAtMs: null,
  },
  applier: { beganAtMs: 1_032, appliedAtMs: 1_035 },
};

/** n2, whose clock is 500 ms behind: it has the append for 12 ms, and 5 ms go by on the wire each way. */
const follower: WriteStages = {
  ...nothing,
  log: {
    receivedAtMs: 511,
    appendedAtMs: 512,
    batchEntries: 3,
    flushBeganAtMs: 514,
    flushEndedAtMs: 522,
    repliedAtMs: 523,
  },
  applier: { beganAtMs: 545, appliedAtMs: 547 },
};

const pathOf = (nodes: readonly NodeStages[]) =>
  timelineOf(nodes)
    ?.stages.filter(({ isOnPath }) => isOnPath)
    .map(({ node, peer, stage, beginMs, endMs }) => [node, peer, stage, beginMs, endMs]);

test('a write went over the peer that completed the quorum, by the clock of the leader', () => {
  const nodes = [
    { node: n1, stages: leader },
    { node: n2, stages: follower },
  ];
  expect(timelineOf(nodes)).toMatchObject({ index: 12, term: 3, leader: 'n1', completedBy: 'n2', wholeMs: 40 });
  expect(pathOf(nodes)).toEqual([
    ['n1', null, 'gateway', 0, 1],
    ['n1', null, 'mailbox', 1, 2],
    ['n1', null, 'batch', 2, 4],
    ['n1', null, 'append', 4, 5],
    ['n1', 'n2', 'send', 5, 6],
    ['n2', 'n1', 'wire', 6, 11],
    ['n2', null, 'append', 11, 12],
    ['n2', null, 'flushWait', 12, 14],
    ['n2', null, 'flush', 14, 22],
    ['n2', null, 'reply', 22, 23],
    ['n1', 'n2', 'wire', 23, 28],
    ['n1', null, 'quorum', 28, 30],
    ['n1', null, 'applyWait', 30, 32],
    ['n1', null, 'apply', 32, 35],
    ['n1', null, 'answer', 35, 40],
  ]);
});

test('what the answer did not wait for is told beside it', () => {
  const stages = timelineOf([
    { node: n1, stages: leader },
    { node: n2, stages: follower },
  ])?.stages.filter(({ isOnPath }) => !isOnPath);
  expect(stages?.map(({ node, stage, beginMs, endMs }) => [node, stage, beginMs, endMs])).toEqual([
    ['n1', 'send', 5, 7],
    ['n1', 'flushWait', 5, 10],
    ['n1', 'flush', 10, 50],
    ['n2', 'apply', 45, 47],
  ]);
});

test('a leader completes the quorum with its own disk', () => {
  if (leader.leader === null) throw new Error('it leads');
  const stages = { ...leader, leader: { ...leader.leader, completedBy: n1, committedAtMs: 1_051, settledAtMs: 1_056 } };
  const path = pathOf([{ node: n1, stages: { ...stages, applier: { beganAtMs: 1_052, appliedAtMs: 1_053 } } }]);
  expect(path?.slice(4, 7)).toEqual([
    ['n1', null, 'flushWait', 5, 10],
    ['n1', null, 'flush', 10, 50],
    ['n1', null, 'quorum', 50, 51],
  ]);
});

describe('what is not known', () => {
  test('of a peer that tells nothing is one stage', () => {
    expect(pathOf([{ node: n1, stages: leader }])?.slice(4, 7)).toEqual([
      ['n1', 'n2', 'send', 5, 6],
      ['n2', 'n1', 'peer', 6, 28],
      ['n1', null, 'quorum', 28, 30],
    ]);
  });

  test('is part of the next stage, so that the whole is the same', () => {
    if (follower.log === null) throw new Error('it has it');
    const partly = { ...follower, log: { ...follower.log, flushBeganAtMs: null, flushEndedAtMs: null } };
    const path = pathOf([
      { node: n1, stages: { ...leader, applier: null } },
      { node: n2, stages: partly },
    ]);
    expect(path?.map(([, , stage]) => stage)).toEqual([
      ...['gateway', 'mailbox', 'batch', 'append', 'send', 'wire', 'append', 'reply', 'wire', 'quorum', 'answer'],
    ]);
    expect(path?.at(-1)).toEqual(['n1', null, 'answer', 30, 40]);
  });

  test('of the gateway begins with the leader', () => {
    const timeline = timelineOf([{ node: n1, stages: { ...leader, gateway: null } }]);
    expect(timeline?.wholeMs).toBe(37);
    expect(timeline?.stages[0]).toMatchObject({ stage: 'batch', beginMs: 0, endMs: 2 });
  });

  test('of another entry that stood in its place is not told', () => {
    const other = { ...follower, term: term(2) };
    expect(
      pathOf([
        { node: n1, stages: leader },
        { node: n2, stages: other },
      ])?.map(([, , stage]) => stage),
    ).toContain('peer');
  });

  test('by no leader is nothing', () => {
    expect(timelineOf([{ node: n2, stages: follower }])).toBeNull();
    expect(timelineOf([])).toBeNull();
  });
});

test('a gateway on another node has as much wire before the leader as behind it', () => {
  const gateway = { receivedAtMs: 70, proposedAtMs: 72, answeredAtMs: 119 };
  const nodes = [
    { node: n1, stages: { ...leader, gateway: null } },
    { node: n2, stages: { ...follower, gateway } },
  ];
  const path = pathOf(nodes);
  expect(path?.slice(0, 2)).toEqual([
    ['n2', null, 'gateway', 0, 2],
    ['n1', null, 'mailbox', 2, 7],
  ]);
  expect(path?.at(-1)).toEqual(['n2', null, 'answer', 40, 49]);
  expect(timelineOf(nodes)?.wholeMs).toBe(49);
});

test('no stage ends before it begins, whatever the clocks of two nodes say', () => {
  if (follower.log === null) throw new Error('it has it');
  // The peer had it for longer than the leader waited for it: one of the clocks runs wrong.
  const slow = { ...follower, log: { ...follower.log, repliedAtMs: 600 } };
  const timeline = timelineOf([
    { node: n1, stages: leader },
    { node: n2, stages: slow },
  ]);
  const path = timeline?.stages.filter(({ isOnPath }) => isOnPath) ?? [];
  for (const { beginMs, endMs } of path) expect(endMs).toBeGreaterThanOrEqual(beginMs);
  for (const [at, { beginMs }] of path.entries()) expect(beginMs).toBe(path[at - 1]?.endMs ?? 0);
});
