import { describe, expect, test } from 'vitest';
import {
  type ConfigStoreOperation,
  type ConfigStoreOutcome,
  checkConfigStore,
  checkHistory,
  explainVerdict,
  findCounterexample,
  type History,
  type HistoryOperation,
  type RegisterOperation,
  type RegisterOutcome,
  registerModel,
} from '../src/index.ts';
import { called } from './support/histories.ts';

type RegisterHistory = History<RegisterOperation, RegisterOutcome>;

const read = (value: number | null, at: number) =>
  called([at, at + 1], { kind: 'read' } as const, { kind: 'value', value } as const);
const write = (value: number, at: number) =>
  called([at, at + 1], { kind: 'write', value } as const, { kind: 'done' } as const);
const swap = (expected: number, value: number, at: number) =>
  called([at, at + 1], { kind: 'compareAndSet', expected, value } as const, { kind: 'done' } as const);

/** Writes and reads of other values, all as they should be. */
const noise = (from: number): RegisterHistory =>
  Array.from({ length: 20 }, (_, turn) => [
    write(100 + turn, from + 4 * turn),
    read(100 + turn, from + 4 * turn + 2),
  ]).flat();

describe('what is left is needed, and enough', () => {
  test.each<[string, RegisterHistory, RegisterHistory]>([
    ['a lost write', [...noise(0), write(1, 100), read(null, 102), ...noise(200)], [write(1, 100), read(null, 102)]],
    [
      'a stale read',
      [...noise(0), write(1, 100), ...noise(200), write(2, 300), read(1, 302), ...noise(400)],
      [write(1, 100), write(2, 300), read(1, 302)],
    ],
    [
      'a compare-and-set that was made twice',
      [...noise(0), write(1, 100), swap(1, 2, 102), ...noise(200), swap(1, 2, 300), ...noise(400)],
      [swap(1, 2, 102), swap(1, 2, 300)],
    ],
    ['a value from nowhere', [...noise(0), read(7, 100), ...noise(200), read(8, 300)], [read(7, 100)]],
  ])('%s', (_, history, operations) => {
    const counterexample = findCounterexample(registerModel, history);
    expect(counterexample).toMatchObject({ operations, isMinimal: true });
    expectContradiction(history, counterexample.operations);
  });
});

/** That the history is still not linearizable if all but some forget what they were told, and is if one more forgets. */
function expectContradiction(history: RegisterHistory, operations: RegisterHistory): void {
  const kindWith = (kept: ReadonlySet<unknown>): string =>
    checkHistory(
      registerModel,
      history.map((one) => (kept.has(one) ? one : { ...one, outcome: null })),
    ).kind;
  expect(kindWith(new Set(operations))).toBe('not-linearizable');
  for (const needed of operations) {
    expect(kindWith(new Set(operations.filter((one) => one !== needed)))).toBe('linearizable');
  }
}

test('it ends with the first return that nothing explains, without what was told later', () => {
  const late: HistoryOperation<RegisterOperation, RegisterOutcome> = { ...write(1, 1), returnedAt: 50 };
  const history = [late, read(1, 2), read(null, 4), read(1, 60), read(null, 62)];
  expect(findCounterexample(registerModel, history)).toEqual({
    operations: [read(1, 2), read(null, 4)],
    others: 1,
    isMinimal: true,
  });
});

test('it says so if it had to stop before it knew what is needed', () => {
  const history = [...noise(0), write(1, 100), read(119, 102)];
  const counterexample = findCounterexample(registerModel, history, { maxSteps: 10 });
  expect(counterexample.isMinimal).toBe(false);
  expect(checkHistory(registerModel, counterexample.operations).kind).toBe('not-linearizable');
});

test('people see what overlapped', () => {
  const overlapping = [
    { ...swap(1, 2, 300), returnedAt: 304 },
    { ...swap(1, 3, 302), returnedAt: 306 },
  ];
  const history = [write(1, 0), ...overlapping, write(1, 400)];
  const verdict = explainVerdict(registerModel, checkHistory(registerModel, history));
  expect(verdict.explain()).toEqual([
    'No order explains these:',
    '  |-|   process 300  300 to 304  /a: compare-and-set 1 to 2: done',
    '   |-|  process 302  302 to 306  /a: compare-and-set 1 to 3: done',
    'Nor does it help if the one other change that was called before the end took effect later, or never.',
  ]);
});

test('a contradiction between keys comes with its reason', () => {
  const history: History<ConfigStoreOperation, ConfigStoreOutcome> = [
    called([1, 9], { kind: 'put', value: 'x' }, { kind: 'written', revision: 1 }, '/a'),
    called([1, 9], { kind: 'put', value: 'y' }, { kind: 'written', revision: 2 }, '/b'),
    called([2, 3], { kind: 'get' }, { kind: 'found', value: 'y', modRevision: 2 }, '/b'),
    called([4, 5], { kind: 'get' }, { kind: 'absent' }, '/a'),
  ];
  expect(checkConfigStore(history).explain()).toEqual([
    'No order explains these:',
    '  |----|  process 1  1 to 9  /a: put "x": written at revision 1',
    '   ||     process 2  2 to 3  /b: get: "y" of revision 2',
    '     ||   process 4  4 to 5  /a: get: absent',
    'The store had come to revision 2 before the last was called, and what it was told is older.',
  ]);
});
