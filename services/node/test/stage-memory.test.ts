import { nodeId, type Sender } from '@quorate/actor';
import { logIndex, type StageMemoryMessage, term } from '@quorate/raft';
import { StageRings } from '@quorate/telemetry';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { StageMemory } from '../src/stage-memory.ts';

const [n1, n2, n3] = [nodeId('n1'), nodeId('n2'), nodeId('n3')];
const index = logIndex(5);

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const senderOf = (node: typeof n1): Sender => ({ node, storageId: `s-${node}`, incarnation: 1 });

/** The memory of n1, and that of n2, which remembers an entry; what they tell each other arrives, unless it is lost. */
function pair({ isLost = false } = {}) {
  const rings = new StageRings(8);
  rings.appended(index, index, term(2), 1, 10, 11);
  rings.flushBegan(1, 12);
  rings.flushEnded(1, 14);
  rings.replied(index, 15);
  rings.applied(index, index, 20, 21);
  const told: StageMemoryMessage[] = [];
  const far: StageMemory = new StageMemory({
    find: (at) => rings.find(at),
    tell: (_, message) => {
      told.push(message);
      near.receive(message, senderOf(n2));
    },
  });
  const near: StageMemory = new StageMemory({
    find: () => null,
    tell: (_, message) => {
      if (!isLost) far.receive(message, senderOf(n1));
    },
  });
  return { near, told };
}

test('a peer tells what it remembers of the entry of that term', async () => {
  const { near } = pair();
  expect(await near.ask(n2, index, term(2))).toEqual({
    log: {
      receivedAtMs: 10,
      appendedAtMs: 11,
      batchEntries: 1,
      flushBeganAtMs: 12,
      flushEndedAtMs: 14,
      repliedAtMs: 15,
    },
    applier: { beganAtMs: 20, appliedAtMs: 21 },
  });
});

test('of another entry in its place, or of none, it tells nothing', async () => {
  const { near } = pair();
  const nothing = { log: null, applier: null };
  expect(await near.ask(n2, index, term(3))).toEqual(nothing);
  expect(await near.ask(n2, logIndex(6), term(2))).toEqual(nothing);
});

test('a peer that does not tell is not waited for, and what another says in its place counts for nothing', async () => {
  const { near } = pair({ isLost: true });
  const asked = near.ask(n2, index, term(2));
  near.receive({ kind: 'toldStages', sequence: 1, log: null, applier: null }, senderOf(n3));
  const settled = vi.fn();
  void asked.then(settled);
  await vi.advanceTimersByTimeAsync(900);
  expect(settled).not.toHaveBeenCalled();
  await vi.advanceTimersByTimeAsync(200);
  expect(await asked).toBeNull();
});

test('no more than so many questions are open at once', async () => {
  const { near } = pair({ isLost: true });
  for (let count = 0; count < 256; count += 1) void near.ask(n2, index, term(2));
  expect(await near.ask(n2, index, term(2))).toBeNull();
});
