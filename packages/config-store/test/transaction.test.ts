import { describe, expect, it } from 'vitest';
import {
  changesTable,
  checkCommand,
  MAX_TRANSACTION_CHANGES,
  MAX_TRANSACTION_DEPTH,
  MAX_TRANSACTION_KEYS,
  MAX_TRANSACTION_OPERATIONS,
  type Operation,
  type Transaction,
} from '../src/index.ts';
import { bytesOf } from './json-codec.ts';
import { StoreFixture } from './store-fixture.ts';

const value = bytesOf('x');
const put = (key: string): Operation => ({ kind: 'put', key, value });
const remove = (prefix: string): Operation => ({ kind: 'delete', keys: { prefix } });

/** A transaction; what is not given is empty. */
const txn = ({ compare = [], then = [], else: otherwise = [] }: Partial<Transaction>): Transaction => ({
  kind: 'txn',
  compare,
  then,
  else: otherwise,
});

/** A transaction that does this, whatever is there. */
const doing = (...then: readonly Operation[]): Transaction => txn({ then });

const refused = (code: string, details: unknown = expect.any(Object)): unknown =>
  expect.objectContaining({ code, details });

describe('a transaction', () => {
  it('is one revision, and its changes know their places', () => {
    const fixture = new StoreFixture();
    fixture.put('/b');
    const applied = fixture.applyEntry(
      fixture.entry(doing(put('/a'), { kind: 'delete', keys: { key: '/b' } }, put('/c'))),
    );
    expect(fixture.store.revision).toBe(2);
    expect(applied.notices().map(({ headers }) => headers['Nats-Msg-Id'])).toEqual([
      'main.config.2.0',
      'main.config.2.1',
      'main.config.2.2',
    ]);
    const rows = fixture.tables.range(changesTable, { from: { revision: 2, ordinal: 0 }, limit: 10 });
    expect(rows.map(({ key, row }) => [key.revision, key.ordinal, row.op, row.key])).toEqual([
      [2, 0, 'put', '/a'],
      [2, 1, 'delete', '/b'],
      [2, 2, 'put', '/c'],
    ]);
  });

  it('shows each operation what those before it have done', () => {
    const fixture = new StoreFixture();
    for (const key of ['/a/1', '/a/2', '/b']) fixture.put(key);
    const list: Operation = { kind: 'list', keys: { prefix: '/a/' }, limit: 100 };
    const result = fixture.run(
      doing(
        list,
        { kind: 'delete', keys: { prefix: '/a/1' } },
        put('/a/0'),
        list,
        { kind: 'get', key: '/a/1' },
        {
          kind: 'get',
          key: '/a/0',
        },
      ),
    );
    const entry = (key: string): unknown => expect.objectContaining({ key });
    expect(result).toEqual({
      kind: 'txn',
      revision: 4,
      succeeded: true,
      results: [
        { kind: 'list', entries: [entry('/a/1'), entry('/a/2')], more: false },
        { kind: 'delete', deleted: 1 },
        { kind: 'put' },
        { kind: 'list', entries: [entry('/a/0'), entry('/a/2')], more: false },
        { kind: 'get', entry: null },
        {
          kind: 'get',
          entry: { key: '/a/0', value, createRevision: 4, modRevision: 4, version: 1, lease: null, contentType: null },
        },
      ],
    });
  });

  it('compares what was there before it, in nested ones too', () => {
    const fixture = new StoreFixture();
    const whetherThere = txn({
      compare: [{ target: 'exists', keys: { key: '/a' }, operand: true }],
      then: [put('/there')],
      else: [put('/not-there')],
    });
    expect(fixture.run(doing(put('/a'), whetherThere))).toMatchObject({
      results: [{ kind: 'put' }, { kind: 'txn', succeeded: false, results: [{ kind: 'put' }] }],
    });
    expect(fixture.list('').entries.map(({ key }) => key)).toEqual(['/a', '/not-there']);
  });

  it('that changes nothing leaves the revision as it is', () => {
    const fixture = new StoreFixture();
    fixture.put('/a');
    expect(fixture.run(doing({ kind: 'get', key: '/a' }, remove('/none')))).toMatchObject({ revision: 1 });
    expect(fixture.store.revision).toBe(1);
  });

  it('gives a list no more than its limit, and says that there is more', () => {
    const fixture = new StoreFixture();
    for (const key of ['/a', '/b', '/c']) fixture.put(key);
    const list = (limit: number): Operation => ({ kind: 'list', keys: { prefix: '/' }, limit });
    expect(fixture.run(doing(list(2), list(3)))).toMatchObject({
      results: [
        { entries: [{ key: '/a' }, { key: '/b' }], more: true },
        { entries: [{ key: '/a' }, { key: '/b' }, { key: '/c' }], more: false },
      ],
    });
  });

  it.each<[string, Transaction, string]>([
    ['two puts', doing(put('/a'), put('/a')), '/a'],
    ['a put and a delete', doing(put('/a'), { kind: 'delete', keys: { key: '/a' } }), '/a'],
    ['a put and a delete of its prefix', doing(put('/a/b'), remove('/a/')), '/a/b'],
    ['a delete of a prefix and a put', doing(remove('/a/'), put('/a/b')), '/a/b'],
    ['two prefixes, one in the other', doing(remove('/a'), put('/b'), remove('/a/b')), '/a/b'],
    ['a range without end', doing({ kind: 'delete', keys: { from: '/b', to: null } }, put('/c')), '/c'],
    ['one of its ways', txn({ else: [put('/a'), put('/a')] }), '/a'],
    ['a nested one', doing(put('/a'), doing(put('/a'))), '/a'],
    ['the other way of a nested one', doing(put('/a'), txn({ else: [put('/a')] })), '/a'],
    ['two nested ones', doing(doing(put('/a')), doing(put('/a'))), '/a'],
  ])('is refused if a key may be written twice: by %s', (_what, transaction, key) => {
    expect(() => checkCommand(transaction)).toThrow(refused('KeyWrittenTwice', { key }));
    const fixture = new StoreFixture();
    expect(fixture.run(transaction)).toMatchObject({ kind: 'failed', error: { code: 'KeyWrittenTwice' } });
    expect(fixture.store.revision).toBe(0);
  });

  it.each<[string, Transaction]>([
    ['its two ways', txn({ then: [put('/a')], else: [put('/a')] })],
    ['the two ways of a nested one', doing(txn({ then: [put('/a'), put('/b')], else: [put('/b'), put('/a')] }))],
    ['neighbours', doing(remove('/a'), put('/b'), { kind: 'delete', keys: { from: '/b!', to: '/c' } }, put('/c'))],
  ])('may write one key in %s', (_what, transaction) => {
    checkCommand(transaction);
  });

  const nested = (depth: number): Transaction => (depth === 1 ? doing(put('/a')) : doing(nested(depth - 1)));
  const gets = (count: number): readonly Operation[] =>
    Array.from({ length: count }, () => ({ kind: 'get', key: '/a' }));
  const holds = { target: 'exists', keys: { key: '/a' }, operand: true } as const;

  it.each<[string, Transaction, unknown]>([
    [
      'too many operations',
      doing(...gets(MAX_TRANSACTION_OPERATIONS + 1)),
      { what: 'operations', actual: 129, limit: 128 },
    ],
    [
      'too many operations with those of a nested one',
      doing(...gets(64), doing(...gets(64))),
      { what: 'operations', actual: 129, limit: 128 },
    ],
    [
      'too many comparisons',
      txn({ compare: Array.from({ length: MAX_TRANSACTION_OPERATIONS + 1 }, () => holds) }),
      { what: 'comparisons', actual: 129, limit: 128 },
    ],
    ['one too deep within it', nested(MAX_TRANSACTION_DEPTH + 1), { what: 'nested transactions', actual: 5, limit: 4 }],
  ])('is refused with %s, and the figures', (_what, transaction, details) => {
    expect(() => checkCommand(transaction)).toThrow(refused('TransactionTooLarge', details));
  });

  it('may have as many as that', () => {
    checkCommand(txn({ then: gets(MAX_TRANSACTION_OPERATIONS), else: gets(MAX_TRANSACTION_OPERATIONS) }));
    checkCommand(nested(MAX_TRANSACTION_DEPTH));
  });

  it('that would change, look at or answer with too much changes nothing', () => {
    const fixture = new StoreFixture();
    for (let at = 0; at <= MAX_TRANSACTION_KEYS; at += 1) fixture.put(`/${at}`);
    for (const key of ['/large/1', '/large/2']) fixture.put(key, new Uint8Array(400_000));
    const { revision } = fixture.store;
    const failure = (what: string, limit: number): unknown => ({
      kind: 'failed',
      error: { code: 'TransactionTooLarge', message: expect.any(String), details: { what, actual: limit + 1, limit } },
    });
    expect(fixture.run(doing(put('/a'), remove('/1')))).toEqual(failure('changed keys', MAX_TRANSACTION_CHANGES));
    const looking = txn({
      compare: [{ target: 'version', keys: { prefix: '/' }, operator: '=', operand: 1 }],
      then: [put('/a')],
    });
    expect(fixture.run(looking)).toEqual(failure('keys to look at', MAX_TRANSACTION_KEYS));
    expect(
      fixture.run(doing(put('/a'), { kind: 'get', key: '/large/1' }, { kind: 'get', key: '/large/2' })),
    ).toMatchObject({ kind: 'failed', error: { code: 'TransactionTooLarge', details: { what: 'bytes of results' } } });
    expect(fixture.store.revision).toBe(revision);
    expect(fixture.get('/a').entry).toBeNull();
  });

  it.each<[string, unknown]>([
    ['keys that are none', { ...doing(), compare: [{ target: 'exists', keys: 7, operand: true }] }],
    ['an operand of another kind', { ...doing(), compare: [{ target: 'exists', keys: { key: '/a' }, operand: 1 }] }],
    [
      'a value that is text',
      { ...doing(), compare: [{ target: 'value', keys: { key: '/a' }, operator: '=', operand: 'a' }] },
    ],
    ['an operation that is not known', doing(JSON.parse('{"kind":"shred"}'))],
  ])('is refused with %s', (_what, transaction) => {
    const untyped: Transaction = JSON.parse(JSON.stringify(transaction));
    expect(() => checkCommand(untyped)).toThrow(refused('InvalidCommand'));
  });
});
