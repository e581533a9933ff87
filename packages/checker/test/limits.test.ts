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

type RegisterHistory = History<RegisterOperation, RegisterOutcome>;

const swaps = (expected: number, value: number, times: number): RegisterHistory =>
  Array.from({ length: times }, () =>
    called([2, 100], { kind: 'compareAndSet', expected, value } as const, { kind: 'done' } as const),
  );

/** Compare-and-sets that all overlap, and of which some were made more often than a way round allows: only all ways together show that. */
const hard: RegisterHistory = [
  called([1, 2], { kind: 'write', value: 0 }, { kind: 'done' }),
  ...swaps(0, 1, 9),
  ...swaps(1, 2, 9),
  ...swaps(2, 3, 9),
  ...swaps(3, 0, 6),
];

describe('a search that reaches a limit is undecided', () => {
  test('of steps', () => {
    expect(checkHistory(registerModel, hard, { maxSteps: 100 })).toEqual({ kind: 'undecided' });
  });

  test('of time', () => {
    const isExpired = () => true;
    expect(checkHistory(registerModel, hard, { isExpired })).toEqual({ kind: 'undecided' });
  });

  test('of which there is one for all keys', () => {
    const written = { kind: 'write', value: 7 } as const;
    const ofKey = (key: string): RegisterHistory => [
      called([1, 1], written, { kind: 'done' } as const, key),
      called([2, 2], written, { kind: 'done' } as const, key),
      called([3, 4], { kind: 'read' } as const, { kind: 'value', value: 7 } as const, key),
    ];
    const stepsOf = (keys: RegisterHistory): number => {
      for (let maxSteps = 1; ; maxSteps += 1) {
        if (checkHistory(registerModel, keys, { maxSteps }).kind === 'linearizable') return maxSteps;
      }
    };
    expect(stepsOf([...ofKey('/a'), ...ofKey('/b')])).toBe(2 * stepsOf(ofKey('/a')));
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
  const limits = { maxSteps: 100 };
  expect(checkHistory(registerModel, [...hard, wrong], limits).kind).toBe('not-linearizable');
});
