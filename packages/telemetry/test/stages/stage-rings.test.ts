import { nodeId } from '@quorate/actor';
import { logIndex, term } from '@quorate/raft';
import { expect, test } from 'vitest';
import { StageRings } from '../../src/stages/stage-rings.ts';

const n1 = nodeId('n1');
const nowMs = 30_000;
const n2 = nodeId('n2');

/** A write at `index` from `atMs` on, each step of which takes a millisecond, on a leader n1 with a peer n2. */
function record(rings: StageRings, index: number, atMs: number, settledAfterMs = 10, inTerm = 1): void {
  const at = logIndex(index);
  rings.placed(at, term(inTerm), atMs + 1, atMs + 2);
  rings.appended(at, at, term(inTerm), index, atMs + 2, atMs + 3);
  rings.sent(n2, at, at, atMs + 4);
  rings.flushBegan(index, atMs + 4);
  rings.flushEnded(index, atMs + 5);
  rings.acknowledged(n2, at, atMs + 6);
  rings.committed(at, at, n2, atMs + 7);
  rings.applied(at, at, atMs + 8, atMs + 9);
  rings.settled(at, term(inTerm), atMs + settledAfterMs);
  rings.answered(at, term(inTerm), atMs, atMs + 0.5, atMs + settledAfterMs + 1);
}

test('what belongs to one entry is put together', () => {
  const rings = new StageRings(8);
  record(rings, 5, 100);
  record(rings, 6, 200);
  expect(rings.find(logIndex(5))).toEqual({
    index: 5,
    term: 1,
    gateway: { receivedAtMs: 100, proposedAtMs: 100.5, answeredAtMs: 111 },
    leader: {
      takenAtMs: 101,
      placedAtMs: 102,
      committedAtMs: 107,
      completedBy: 'n2',
      settledAtMs: 110,
      peers: [{ peer: 'n2', sentAtMs: 104, heardAtMs: 106 }],
    },
    log: {
      receivedAtMs: 102,
      appendedAtMs: 103,
      batchEntries: 1,
      flushBeganAtMs: 104,
      flushEndedAtMs: 105,
      repliedAtMs: null,
    },
    applier: { beganAtMs: 108, appliedAtMs: 109 },
  });
  expect(rings.find(logIndex(7))).toBeNull();
});

test('what is not over yet is not told', () => {
  const rings = new StageRings(8);
  rings.placed(logIndex(1), term(1), 1, 2);
  rings.appended(logIndex(1), logIndex(1), term(1), 1, 2, 3);
  rings.sent(n2, logIndex(1), logIndex(1), 4);
  expect(rings.find(logIndex(1))).toMatchObject({
    gateway: null,
    leader: { committedAtMs: null, completedBy: null, settledAtMs: null, peers: [{ peer: 'n2', heardAtMs: null }] },
    log: { flushBeganAtMs: null, flushEndedAtMs: null, repliedAtMs: null },
    applier: null,
  });
  expect(rings.slowest(5, nowMs)).toEqual([]);
});

test('a flush that had begun before does not cover an entry', () => {
  const rings = new StageRings(8);
  rings.flushBegan(1, 10);
  rings.appended(logIndex(2), logIndex(2), term(1), 2, 11, 12);
  rings.flushEnded(1, 13);
  rings.flushBegan(2, 14);
  rings.flushEnded(2, 17);
  expect(rings.find(logIndex(2))?.log).toMatchObject({ flushBeganAtMs: 14, flushEndedAtMs: 17 });
});

test('a follower has acknowledged an entry with the first reply that covers it, whatever it said before', () => {
  const rings = new StageRings(8);
  rings.replied(logIndex(9), 5);
  rings.appended(logIndex(8), logIndex(9), term(2), 3, 10, 11);
  rings.replied(logIndex(7), 12);
  rings.replied(logIndex(9), 15);
  rings.replied(logIndex(9), 16);
  rings.replied(logIndex(10), 18);
  expect(rings.find(logIndex(8))?.log).toMatchObject({ batchEntries: 2, repliedAtMs: 15 });
});

test('an entry that took the place of another is told, and not the other', () => {
  const rings = new StageRings(8);
  record(rings, 5, 100);
  record(rings, 5, 300, 10, 2);
  expect(rings.find(logIndex(5))).toMatchObject({
    term: 2,
    leader: { committedAtMs: 307, peers: [{ sentAtMs: 304, heardAtMs: 306 }] },
    log: { appendedAtMs: 303, flushEndedAtMs: 305 },
    applier: { beganAtMs: 308 },
  });
});

test('what this node had put in a place goes with the entry that another leader has put there', () => {
  const rings = new StageRings(8);
  rings.placed(logIndex(5), term(1), 1, 2);
  rings.appended(logIndex(5), logIndex(5), term(1), 1, 2, 3);
  rings.sent(n2, logIndex(5), logIndex(5), 4);
  rings.appended(logIndex(5), logIndex(5), term(2), 2, 20, 21);
  expect(rings.find(logIndex(5))).toMatchObject({ term: 2, leader: null, log: { appendedAtMs: 21 } });
});

test('a result of another term settles nothing', () => {
  const rings = new StageRings(8);
  rings.placed(logIndex(5), term(2), 1, 2);
  rings.settled(logIndex(5), term(1), 3);
  expect(rings.find(logIndex(5))?.leader?.settledAtMs).toBeNull();
});

test('a resent append was sent when it was sent first', () => {
  const rings = new StageRings(8);
  rings.placed(logIndex(5), term(2), 1, 2);
  for (const atMs of [4, 54]) rings.sent(n2, logIndex(5), logIndex(5), atMs);
  rings.acknowledged(n2, logIndex(5), 60);
  expect(rings.find(logIndex(5))?.leader?.peers).toEqual([{ peer: 'n2', sentAtMs: 4, heardAtMs: 60 }]);
});

test('what a write waited in the gateway counts, and a gateway names the slow writes that others led', () => {
  const rings = new StageRings(64);
  record(rings, 1, 100);
  record(rings, 2, 200);
  const at = logIndex(3);
  rings.placed(at, term(1), 401, 402);
  rings.settled(at, term(1), 405);
  // No leader was known for 300 ms.
  rings.answered(at, term(1), 100, 400, 406);
  rings.answered(logIndex(9), term(2), 500, 501, 600);
  expect(rings.slowest(9, nowMs).map(({ index }) => index)).toEqual([3, 9, 1, 2]);
});

test('the slowest come first, and are kept for an hour when their places are taken', () => {
  const rings = new StageRings(4);
  record(rings, 1, 0, 90);
  for (let index = 2; index <= 200; index += 1) record(rings, index, index * 100, 10 + (index % 7));
  expect(rings.slowest(2, nowMs).map(({ index }) => index)).toEqual([1, 6]);
  expect(rings.find(logIndex(1))?.leader?.settledAtMs).toBe(90);
  expect(rings.find(logIndex(2))).toBeNull();
  // Another is kept after the hour, and the first is forgotten.
  const laterMs = 3_700_000;
  for (let index = 201; index <= 206; index += 1) record(rings, index, laterMs + index * 100, 80);
  expect(rings.slowest(100, laterMs).map(({ index }) => index)).not.toContain(1);
  expect(rings.slowest(1, laterMs)[0]?.index).toBe(201);
  expect(rings.slowest(0, laterMs)).toEqual([]);
});

test('what was slow more than an hour ago is not told, though nothing came after it', () => {
  const rings = new StageRings(4);
  record(rings, 1, 0, 90);
  for (let index = 2; index <= 5; index += 1) record(rings, index, index * 100);
  expect(rings.slowest(1, nowMs)[0]?.index).toBe(1);
  expect(rings.slowest(9, 3_600_091).map(({ index }) => index)).not.toContain(1);
});

test('of members that come and go a bounded number is remembered', () => {
  const rings = new StageRings(4);
  rings.placed(logIndex(1), term(1), 1, 2);
  for (let peer = 1; peer <= 40; peer += 1) rings.sent(nodeId(`p${peer}`), logIndex(1), logIndex(1), 3);
  const peers = rings.find(logIndex(1))?.leader?.peers.map(({ peer }) => peer);
  expect(peers).toHaveLength(16);
  expect(peers).toContain('p40');
  // In the place of another there is nothing of what was the other's.
  rings.sent(nodeId('p41'), logIndex(9), logIndex(9), 4);
  expect(rings.find(logIndex(1))?.leader?.peers.map(({ peer }) => peer)).not.toContain('p41');
});

test('the leader itself may complete a quorum', () => {
  const rings = new StageRings(4);
  rings.placed(logIndex(1), term(1), 1, 2);
  rings.committed(logIndex(1), logIndex(3), n1, 9);
  expect(rings.find(logIndex(1))?.leader).toMatchObject({ committedAtMs: 9, completedBy: 'n1' });
});
