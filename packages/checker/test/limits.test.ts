import { describe, expect, test } from 'vitest';
import {
  checkHistory,
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
