import { beforeEach, expect, test } from 'vitest';
import { Freshness } from '../src/gateway/freshness.ts';
import { logIndex } from '../src/index.ts';
import { senderOf } from './support/fake-context.ts';
import { LogStoreFixture } from './support/log-store-fixture.ts';

let freshness: Freshness;

beforeEach(() => {
  freshness = new Freshness(0.1);
});

test('a state is as old as the proof, and older by what the own clock may run too slowly', () => {
  freshness.prove({ asOfMs: 1000, readIndex: logIndex(7) });
  expect(freshness.stalenessMs(1090)).toBeCloseTo(100);
  expect(freshness.readIndexWithin(100, 1089.9)).toBe(7);
  expect(freshness.readIndexWithin(100, 1090.1)).toBeNull();
});

test('the newest proof counts, whichever comes last', () => {
  freshness.prove({ asOfMs: 1000, readIndex: logIndex(7) });
  freshness.prove({ asOfMs: 900, readIndex: logIndex(6) });
  expect(freshness.readIndexWithin(100, 1050)).toBe(7);
  freshness.prove({ asOfMs: 1040, readIndex: logIndex(7) });
  expect(freshness.readIndexWithin(20, 1050)).toBe(7);
});

test('nothing is fresh without a proof', () => {
  expect([freshness.stalenessMs(5), freshness.readIndexWithin(1e9, 5)]).toEqual([null, null]);
});

test('a leader proves it with its appends, by the receiver’s own clock of this life', () => {
  const store = new LogStoreFixture({ currentTerm: 3 });
  const proof = { asOfMs: 42.5, readIndex: logIndex(9) };
  store.append({ term: 3, freshness: { incarnation: 2, ...proof } });
  expect(store.takeAll('proven')).toEqual([]);
  store.append({ term: 3, freshness: { incarnation: 1, ...proof } });
  expect(store.take().find(({ to }) => to === 'n1.gateway')?.message).toEqual({ kind: 'proven', ...proof });
  store.append({ term: 2, freshness: { incarnation: 1, ...proof } }, senderOf('n3'));
  expect(store.takeAll('proven')).toEqual([]);
});

test('a reply has the time of this node’s clock when it leaves', () => {
  const store = new LogStoreFixture({ currentTerm: 3 });
  store.context.nowMs = 77;
  store.append({ term: 3 });
  expect(store.takeOne('appendEntriesReply')).toMatchObject({ clockMs: 77 });
});
