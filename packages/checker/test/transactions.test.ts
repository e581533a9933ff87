import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  checkConfigStore,
  type History,
  type StoreOperation,
  type StoreOutcome,
  type TransactionOperation,
  type TransactionStep,
} from '../src/index.ts';
import { executionOf, spoiltExecutionOf } from './support/arbitrary-histories.ts';
import { isLinearizable } from './support/brute-force.ts';
import { called } from './support/histories.ts';
import { transactionalStore, transactionVocabulary } from './support/transactional-store.ts';

type StoreHistory = History<StoreOperation, StoreOutcome>;

const get = (key: string) => ({ kind: 'get', key }) as const;
const put = (key: string, value: string) => ({ kind: 'put', key, value }) as const;
const remove = (key: string) => ({ kind: 'delete', key }) as const;
const txn = (
  compare: Readonly<Record<string, number>>,
  then: readonly TransactionStep[],
  otherwise: readonly TransactionStep[] = [],
): TransactionOperation => ({
  kind: 'txn',
  compare: Object.entries(compare).map(([key, modRevision]) => ({ key, modRevision })),
  then,
  else: otherwise,
});

const found = (value: string, modRevision: number) => ({ kind: 'found', value, modRevision }) as const;
const absent = { kind: 'absent' } as const;
const done = { kind: 'put' } as const;
const way = (succeeded: boolean, ...results: (typeof done | typeof absent | ReturnType<typeof found>)[]) =>
  ({ kind: 'txn', succeeded, results }) as const;
const at = (revision: number, outcome: ReturnType<typeof way>) => ({ ...outcome, revision }) as const;

const plainPut = (value: string) => ({ kind: 'put', value }) as const;
const plainGet = { kind: 'get' } as const;
const written = (revision: number) => ({ kind: 'written', revision }) as const;

const both = txn({}, [put('/a', 'x'), put('/b', 'y')]);
const toldBoth = at(1, way(true, done, done));

describe('a transaction', () => {
  test.each<[string, StoreHistory]>([
    [
      'of which one write is missing',
      [called([1, 2], both, toldBoth), called([3, 4], plainGet, found('x', 1)), called([5, 6], plainGet, absent, '/b')],
    ],
    [
      'of unknown outcome, of which one write is missing',
      [called([1, 2], both), called([3, 4], plainGet, found('x', 1)), called([5, 6], plainGet, absent, '/b')],
    ],
    [
      'of unknown outcome, whose writes were seen at two revisions',
      [called([1, 2], both), called([3, 4], plainGet, found('x', 1)), called([5, 6], plainGet, found('y', 2), '/b')],
    ],
    [
      'of unknown outcome, that took both of its ways',
      [
        called([1, 2], txn({ '/c': 0 }, [put('/a', 'x')], [put('/b', 'y')])),
        called([3, 4], plainGet, found('x', 1)),
        called([5, 6], plainGet, found('y', 1), '/b'),
      ],
    ],
    [
      'that saw one key before and the other after what came in between',
      [
        called([1, 2], plainPut('1'), written(1)),
        called([3, 9], plainPut('2'), written(2)),
        called([3, 9], plainPut('3'), written(3), '/b'),
        called([3, 9], txn({}, [get('/a'), get('/b')]), at(3, way(true, found('1', 1), found('3', 3)))),
      ],
    ],
    [
      'that made the revision of another',
      [called([1, 2], both, toldBoth), called([1, 2], plainPut('z'), written(1), '/c')],
    ],
    [
      'that went on although what it compares did not hold',
      [
        called([1, 2], plainPut('1'), written(1)),
        called([3, 4], txn({ '/a': 0 }, [put('/b', 'y')]), at(2, way(true, done))),
      ],
    ],
    [
      'that went its other way although what it compares held',
      [
        called([1, 2], plainPut('1'), written(1)),
        called([3, 4], txn({ '/a': 1 }, [], [get('/a')]), at(1, way(false, found('1', 1)))),
      ],
    ],
    [
      'that does not see what it has written',
      [called([1, 2], txn({}, [put('/a', 'x'), get('/a')]), at(1, way(true, done, absent)))],
    ],
    [
      'whose nested condition looks at what the outer one has written',
      [
        called([1, 2], txn({}, [put('/a', 'x'), txn({ '/a': 1 }, [put('/b', 'y')])]), {
          kind: 'txn',
          succeeded: true,
          revision: 1,
          results: [done, way(true, done)],
        }),
      ],
    ],
    [
      'that was told of what is older than what somebody knew before',
      [
        called([1, 2], plainPut('1'), written(1)),
        called([3, 4], txn({}, [get('/a'), get('/b')]), at(0, way(true, absent, absent))),
      ],
    ],
    ['that is answered as if it were no transaction', [called([1, 2], both, written(1))]],
    ['with fewer results than steps', [called([1, 2], both, at(1, way(true, done)))]],
  ])('%s is found', (_, history) => {
    const verdict = checkConfigStore(history);
    expect(verdict.kind).toBe('not-linearizable');
    expect(verdict.explain().length).toBeGreaterThan(1);
  });

  test.each<[string, StoreHistory]>([
    [
      'that changes two keys at one revision',
      [
        called([1, 2], both, toldBoth),
        called([3, 4], plainGet, found('x', 1)),
        called([5, 6], plainGet, found('y', 1), '/b'),
      ],
    ],
    [
      'of unknown outcome, whose writes were both seen, one of them late',
      [
        called([1, 2], both),
        called([3, 4], plainGet, absent, '/b'),
        called([5, 6], plainGet, found('y', 1), '/b'),
        called([7, 8], plainGet, found('x', 1)),
      ],
    ],
    [
      'of unknown outcome, that removed a key at a revision that is known for what it put',
      [
        called([1, 2], plainPut('1'), written(1)),
        called([3, 4], txn({}, [remove('/a'), put('/b', 'y')])),
        called([5, 6], plainGet, found('y', 2), '/b'),
        called([7, 8], plainGet, absent),
      ],
    ],
    ['that never happened', [called([1, 2], both), called([3, 4], plainGet, absent)]],
    [
      'that saw both keys as they were at its revision',
      [
        called([1, 2], plainPut('1'), written(1)),
        called([3, 9], plainPut('2'), written(2)),
        called([3, 9], plainPut('3'), written(3), '/b'),
        called([3, 9], txn({}, [get('/a'), get('/b')]), at(2, way(true, found('2', 2), absent))),
      ],
    ],
  ])('%s is well', (_, history) => {
    expect(checkConfigStore(history).explain()).toEqual([]);
    expect(checkConfigStore(history).kind).toBe('linearizable');
  });

  test('that was torn is shown as it was called', () => {
    const history: StoreHistory = [
      called([1, 2], both),
      called([3, 4], plainGet, found('x', 1)),
      called([5, 6], plainGet, found('y', 2), '/b'),
    ];
    expect(checkConfigStore(history).explain().join('\n')).toContain(
      'if anything [put /a "x", put /b "y"] else []: unknown',
    );
  });
});

describe('histories with transactions', () => {
  const keys = ['/a', '/b'];
  const maxLength = 5;

  test('what really happened is linearizable', () => {
    const executions = executionOf(transactionalStore(100), transactionVocabulary(keys), {
      minLength: 1,
      maxLength: 30,
    });
    fc.assert(
      fc.property(executions, (history) => {
        const verdict = checkConfigStore(history);
        expect(verdict.explain()).toEqual([]);
        expect(verdict.kind).toBe('linearizable');
      }),
      { numRuns: 300 },
    );
  });

  test('the check finds nothing that is not there, and misses little, beside trying every order', () => {
    const store = transactionalStore(9);
    const counts = { found: 0, missed: 0, well: 0 };
    fc.assert(
      fc.property(spoiltExecutionOf(store, transactionVocabulary(keys), { maxLength }), (history) => {
        const isWell = isLinearizable(store, history);
        const { kind } = checkConfigStore(history);
        if (isWell) expect(kind).toBe('linearizable');
        counts[isWell ? 'well' : kind === 'linearizable' ? 'missed' : 'found'] += 1;
      }),
      { numRuns: 1500 },
    );
    expect(counts.well).toBeGreaterThan(100);
    expect(counts.found).toBeGreaterThan(100);
    expect(counts.missed).toBeLessThan(counts.found / 20);
  });
});
