import { nodeId, type Sender } from '@quorate/actor';
import { type ActorMessage, decodeTappedMessage, TAP_MS } from '@quorate/wire';
import { beforeEach, expect, test } from 'vitest';
import { Tap, type TapOptions } from '../src/tap.ts';

type Watcher = Parameters<TapOptions['watch']>[0];

const n2: Sender = { node: nodeId('n2'), storageId: 's2', incarnation: 1 };

let nowMs: number;
let watcher: Watcher;
let shown: (readonly [actor: string, text: string])[];
let tap: Tap;

beforeEach(() => {
  nowMs = 1_000;
  watcher = null;
  shown = [];
  tap = new Tap({
    show: (actor, text) => void shown.push([actor, text]),
    watch: (given) => {
      watcher = given;
    },
    now: () => nowMs,
    wallNow: () => 5_000_000,
  });
});

const deliver = (actor: string, message: ActorMessage): void => watcher?.(actor, message, n2);
const last = () => decodeTappedMessage(shown.at(-1)?.[1] ?? '');

test('nothing is watched until somebody looks on, and no other actor is shown', () => {
  expect(watcher).toBeNull();
  expect(tap.open('logStore')).toBe(true);
  deliver('leader', { kind: 'matched' });
  deliver('logStore', { kind: 'appendEntries', term: 3 } as ActorMessage);
  expect(shown.map(([actor]) => actor)).toEqual(['logStore']);
  expect(last()).toEqual({ atMs: 5_000_000, from: 'n2', kind: 'appendEntries', fields: { term: 3 }, skipped: 0 });
});

test('of bytes there is the number, wherever they stand', () => {
  tap.open('logStore');
  const bytes = new TextEncoder().encode('secret');
  const message = { kind: 'append', command: bytes, entries: [{ index: 4, command: bytes }], none: null };
  deliver('logStore', message as ActorMessage);
  expect(last()?.fields).toEqual({ command: '6 bytes', entries: [{ index: 4, command: '6 bytes' }], none: null });
});

test('of a long list there is the length: it is not copied', () => {
  tap.open('logStore');
  const entries = Array.from({ length: 1_000 }, (_, index) => ({ index }));
  deliver('logStore', { kind: 'append', entries, few: [1, 2] } as ActorMessage);
  expect(last()?.fields).toEqual({ entries: '1000 of them', few: [1, 2] });
});

test('a message that is too long is named only', () => {
  tap.open('logStore');
  deliver('logStore', { kind: 'append', text: 'x'.repeat(10_000) } as ActorMessage);
  expect(last()).toMatchObject({ kind: 'append', fields: null });
});

test('it ends by itself, and goes on for those who ask again', () => {
  tap.open('logStore');
  nowMs += TAP_MS - 1;
  tap.open('logStore');
  nowMs += TAP_MS - 1;
  deliver('logStore', { kind: 'tick' });
  expect(shown).toHaveLength(1);
  nowMs += 1;
  deliver('logStore', { kind: 'tick' });
  expect(shown).toHaveLength(1);
  expect(watcher).toBeNull();
  // Also if that actor is told nothing any more.
  tap.open('leader');
  nowMs += TAP_MS;
  deliver('logStore', { kind: 'tick' });
  expect(watcher).toBeNull();
});

test('no more than 500 are shown in a second, and it is told how many were not', () => {
  tap.open('logStore');
  for (let count = 0; count < 700; count += 1) deliver('logStore', { kind: 'tick' });
  expect(shown).toHaveLength(500);
  nowMs += 1_000;
  deliver('logStore', { kind: 'tick' });
  expect(last()?.skipped).toBe(200);
  deliver('logStore', { kind: 'tick' });
  expect(last()?.skipped).toBe(0);
});

test('so many actors are shown at once', () => {
  for (let peer = 1; peer <= 16; peer += 1) expect(tap.open(`replicator/n${peer}`)).toBe(true);
  expect(tap.open('logStore')).toBe(false);
  expect(tap.open('replicator/n1')).toBe(true);
  nowMs += TAP_MS;
  expect(tap.open('logStore')).toBe(true);
});
