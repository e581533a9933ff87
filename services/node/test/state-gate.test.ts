import { type LogIndex, logIndex } from '@quorate/raft';
import { expect, test } from 'vitest';
import { StateGate } from '../src/state-gate.ts';

interface Stand {
  damage: string | null;
  lastIndex: LogIndex;
  lastApplied: number;
}

const gateOf = (stand: Stand, isStateDiscarded: boolean): StateGate =>
  new StateGate({ log: stand, lastApplied: () => stand.lastApplied, isStateDiscarded });

test('a state that was kept is shown, however far it is behind', () => {
  expect(gateOf({ damage: null, lastIndex: logIndex(9), lastApplied: 3 }, false).isOpen).toBe(true);
});

test('a state that was thrown away is shown again when it has all that the log had then', () => {
  const stand: Stand = { damage: null, lastIndex: logIndex(9), lastApplied: 0 };
  const gate = gateOf(stand, true);
  expect(gate.isOpen).toBe(false);
  stand.lastIndex = logIndex(12);
  stand.lastApplied = 8;
  expect(gate.isOpen).toBe(false);
  stand.lastApplied = 9;
  expect(gate.isOpen).toBe(true);
});

test('while the log is filled by its leader nothing is shown, for nobody knows what is missing', () => {
  const stand: Stand = { damage: 'it is missing', lastIndex: logIndex(0), lastApplied: 0 };
  const gate = gateOf(stand, true);
  expect(gate.isOpen).toBe(false);
  Object.assign(stand, { lastIndex: logIndex(20), lastApplied: 20 });
  expect(gate.isOpen).toBe(false);
  stand.damage = null;
  expect(gate.isOpen).toBe(true);
  stand.lastIndex = logIndex(30);
  expect(gate.isOpen).toBe(true);
});
