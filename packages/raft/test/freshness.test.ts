import { beforeEach, expect, test } from 'vitest';
import { Freshness } from '../src/gateway/freshness.ts';
import { logIndex } from '../src/index.ts';
import { momentAt, senderOf } from './support/fake-context.ts';
import { LogStoreFixture } from './support/log-store-fixture.ts';

let freshness: Freshness;

beforeEach(() => {
  freshness = new Freshness(0.1);
});

test('a state is as old as the proof, and older by what the own clock may run too slowly', () => {
  freshness.prove({ asOf: momentAt(1000), readIndex: logIndex(7) });
  expect(freshness.stalenessMs(momentAt(1090))).toBeCloseTo(100);
  expect(freshness.readIndexWithin(100, momentAt(1089.9))).toBe(7);
  expect(freshness.readIndexWithin(100, momentAt(1090.1))).toBeNull();
});

test('the newest proof counts, whichever comes last', () => {
  freshness.prove({ asOf: momentAt(1000), readIndex: logIndex(7) });
  freshness.prove({ asOf: momentAt(900), readIndex: logIndex(6) });
  expect(freshness.readIndexWithin(100, momentAt(1050))).toBe(7);
  freshness.prove({ asOf: momentAt(1040), readIndex: logIndex(7) });
  expect(freshness.readIndexWithin(20, momentAt(1050))).toBe(7);
});

test('a state is as old as the clock says that says more: a machine that was suspended does not think it fresh', () => {
  freshness.prove({ asOf: momentAt(1000), readIndex: logIndex(7) });
  const { clockMs, wallMs } = momentAt(1009);
  expect(freshness.readIndexWithin(100, { clockMs, wallMs: wallMs + 80 })).toBe(7);
  expect(freshness.readIndexWithin(100, { clockMs, wallMs: wallMs + 82 })).toBeNull();
  expect(freshness.stalenessMs({ clockMs, wallMs: wallMs + 891 })).toBeCloseTo(1000);
});

test('a wall clock that was set back might hide a suspension: nothing is fresh until the next proof', () => {
  freshness.prove({ asOf: momentAt(1000), readIndex: logIndex(7) });
  const { clockMs, wallMs } = momentAt(1009);
  const setBack = { clockMs, wallMs: wallMs - 3_600_000 };
  expect(freshness.stalenessMs({ clockMs, wallMs: wallMs - 19 })).toBeCloseTo(10);
  expect([freshness.stalenessMs(setBack), freshness.readIndexWithin(1e9, setBack)]).toEqual([null, null]);
  freshness.prove({ asOf: setBack, readIndex: logIndex(8) });
  expect(freshness.readIndexWithin(100, setBack)).toBe(8);
});

test('nothing is fresh without a proof', () => {
  expect([freshness.stalenessMs(momentAt(5)), freshness.readIndexWithin(1e9, momentAt(5))]).toEqual([null, null]);
});

test('a leader proves it with its appends, by the receiver’s own clock of this life', () => {
  const store = new LogStoreFixture({ currentTerm: 3 });
  const proof = { asOf: momentAt(42.5), readIndex: logIndex(9) };
  store.append({ term: 3, freshness: { incarnation: 2, ...proof } });
  expect(store.takeAll('proven')).toEqual([]);
  store.append({ term: 3, freshness: { incarnation: 1, ...proof } });
  expect(store.take().find(({ to }) => to === 'n1.gateway')?.message).toEqual({ kind: 'proven', ...proof });
  store.append({ term: 2, freshness: { incarnation: 1, ...proof } }, senderOf('n3'));
  expect(store.takeAll('proven')).toEqual([]);
});

test('a reply has the times of this node’s clocks when it leaves', () => {
  const store = new LogStoreFixture({ currentTerm: 3 });
  store.context.nowMs = 77;
  store.append({ term: 3 });
  expect(store.takeOne('appendEntriesReply')).toMatchObject(momentAt(77));
});
