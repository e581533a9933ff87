import { describe, expect, test } from 'vitest';
import {
  type ConfigStoreOperation,
  type ConfigStoreOutcome,
  checkHistory,
  configStoreModel,
  type History,
  type RegisterOperation,
  type RegisterOutcome,
  registerModel,
} from '../src/index.ts';
import { called } from './support/histories.ts';

/** Compare-and-sets that all overlap, every way through which is a way of its own, and at the end a read of what none wrote. */
const hard: History<RegisterOperation, RegisterOutcome> = [
  ...Array.from({ length: 12 }, (_, turn) =>
    called<RegisterOperation, RegisterOutcome>([1, 10], { kind: 'write', value: turn }, { kind: 'done' }),
  ),
  called([11, 12], { kind: 'read' }, { kind: 'value', value: 99 }),
];

describe('a search that reaches a limit is undecided', () => {
  test('of steps', () => {
    expect(checkHistory(registerModel, hard, { maxSteps: 1000 })).toEqual({ kind: 'undecided' });
  });

  test('of time', () => {
    let questions = 0;
    const isExpired = () => ++questions > 1;
    expect(checkHistory(registerModel, hard, { isExpired })).toEqual({ kind: 'undecided' });
  });

  test('of which there is one for all keys', () => {
    const keys = ['/a', '/b', '/c'];
    const easy = keys.map((key) =>
      called<RegisterOperation, RegisterOutcome>([1, 2], { kind: 'read' }, { kind: 'value', value: null }, key),
    );
    expect(checkHistory(registerModel, easy, { maxSteps: 7 })).toEqual({ kind: 'linearizable' });
    expect(checkHistory(registerModel, easy, { maxSteps: 5 })).toEqual({ kind: 'undecided' });
  });
});

test('writes of unknown outcome are little work, however many', () => {
  const lost = Array.from({ length: 200 }, (_, turn) =>
    called<RegisterOperation, RegisterOutcome>([turn, turn], { kind: 'write', value: turn % 20 }),
  );
  const reads = Array.from({ length: 20 }, (_, turn) =>
    called<RegisterOperation, RegisterOutcome>(
      [300 + turn, 300 + turn],
      { kind: 'read' },
      { kind: 'value', value: turn },
    ),
  );
  const again = called<RegisterOperation, RegisterOutcome>([400, 401], { kind: 'read' }, { kind: 'value', value: 99 });
  const limits = { maxSteps: 200_000 };
  expect(checkHistory(registerModel, [...lost, ...reads], limits).kind).toBe('linearizable');
  expect(checkHistory(registerModel, [...lost, ...reads, again], limits).kind).toBe('not-linearizable');
});

test('overlapping writes are little work if their revisions are known, and some of unknown outcome among them', () => {
  const history: History<ConfigStoreOperation, ConfigStoreOutcome> = Array.from({ length: 60 }, (_, turn) =>
    called(
      [1, 100],
      { kind: 'put', value: String(turn) },
      turn % 10 === 0 ? null : { kind: 'written', revision: 1 + ((7 * turn) % 60) },
    ),
  );
  const wrong = called<ConfigStoreOperation, ConfigStoreOutcome>([101, 102], { kind: 'get' }, { kind: 'absent' });
  const limits = { maxSteps: 50_000 };
  expect(checkHistory(configStoreModel, history, limits).kind).toBe('linearizable');
  expect(checkHistory(configStoreModel, [...history, wrong], limits).kind).toBe('not-linearizable');
});

test('without one it decides', () => {
  expect(checkHistory(registerModel, hard).kind).toBe('not-linearizable');
});

test('what another key shows is not lost on one that is undecided', () => {
  const wrong = called<RegisterOperation, RegisterOutcome>(
    [1, 2],
    { kind: 'read' },
    { kind: 'value', value: 5 },
    '/wrong',
  );
  const limits = { maxSteps: 5 };
  expect(checkHistory(registerModel, [wrong, ...hard], limits).kind).toBe('not-linearizable');
});
