import { describe, expect, test } from 'vitest';
import {
  type ConfigStoreOperation,
  type ConfigStoreOutcome,
  checkConfigStore,
  checkHistory,
  configStoreModel,
  type History,
  type RegisterOperation,
  type RegisterOutcome,
  registerModel,
  type TextMapOperation,
  type TextMapOutcome,
  textMapModel,
} from '../src/index.ts';
import { called } from './support/histories.ts';

type RegisterHistory = History<RegisterOperation, RegisterOutcome>;
type TextMapHistory = History<TextMapOperation, TextMapOutcome>;
type StoreHistory = History<ConfigStoreOperation, ConfigStoreOutcome>;

const read = { kind: 'read' } as const;
const write = (value: number) => ({ kind: 'write', value }) as const;
const swap = (expected: number, value: number) => ({ kind: 'compareAndSet', expected, value }) as const;
const value = (read: number | null) => ({ kind: 'value', value: read }) as const;
const done = { kind: 'done' } as const;
const refused = { kind: 'refused' } as const;

const get = { kind: 'get' } as const;
const put = (text: string, ifRevision?: number) =>
  ({ kind: 'put', value: text, ...(ifRevision === undefined ? {} : { ifRevision }) }) as const;
const remove = { kind: 'delete' } as const;
const found = (text: string, modRevision: number) => ({ kind: 'found', value: text, modRevision }) as const;
const absent = { kind: 'absent' } as const;
const written = (revision: number) => ({ kind: 'written', revision }) as const;
const deleted = (revision: number) => ({ kind: 'deleted', revision }) as const;
const nothingDeleted = (revision: number) => ({ kind: 'nothingDeleted', revision }) as const;
const mismatch = (actual: number) => ({ kind: 'revisionMismatch', actual }) as const;

describe('a register', () => {
  test.each<[string, RegisterHistory]>([
    ['a stale read', [called([1, 2], write(1), done), called([3, 4], write(2), done), called([5, 6], read, value(1))]],
    ['a lost write', [called([1, 2], write(1), done), called([3, 4], read, value(null))]],
    ['a value from nowhere', [called([1, 2], write(1), done), called([3, 4], read, value(2))]],
    ['a value from the future', [called([1, 2], read, value(1)), called([3, 4], write(1), done)]],
    [
      'a compare-and-set that was made twice',
      [called([1, 2], write(0), done), called([3, 6], swap(0, 1), done), called([4, 5], swap(0, 1), done)],
    ],
    ['a compare-and-set refused for no reason', [called([1, 2], write(0), done), called([3, 4], swap(0, 1), refused)]],
    [
      'reads that go back',
      [called([1, 9], write(1), done), called([2, 3], read, value(1)), called([4, 5], read, value(null))],
    ],
    [
      'a write of unknown outcome that took effect twice',
      [
        called([1, 2], write(1)),
        called([3, 4], read, value(1)),
        called([5, 6], write(2), done),
        called([7, 8], read, value(1)),
      ],
    ],
    ['a write of unknown outcome before its call', [called([1, 2], read, value(1)), called([3, 4], write(1))]],
  ])('%s is found', (_, history) => {
    expect(checkHistory(registerModel, history).kind).toBe('not-linearizable');
  });

  test.each<[string, RegisterHistory]>([
    ['no operations', []],
    ['a read that overlaps the write', [called([1, 4], write(1), done), called([2, 3], read, value(null))]],
    ['a return at the moment of a call', [called([1, 2], read, value(1)), called([2, 3], write(1), done)]],
    [
      'a write of unknown outcome that takes effect late',
      [called([1, 2], write(1)), called([3, 4], read, value(null)), called([5, 6], read, value(1))],
    ],
    [
      'a write that restores what was there',
      [
        called([0, 0], write(1), done),
        called([0, 1], write(2)),
        called([4, 6], write(1), done),
        called([6, 10], swap(1, 1), refused),
        called([11, 11], swap(2, 1), refused),
      ],
    ],
  ])('%s is well', (_, history) => {
    expect(checkHistory(registerModel, history).kind).toBe('linearizable');
  });
});

describe('a map of texts', () => {
  const append = (text: string) => ({ kind: 'append', value: text }) as const;
  const text = (read: string) => ({ kind: 'value', value: read }) as const;

  test.each<[string, TextMapHistory]>([
    ['a doubled append', [called([1, 2], append('x'), done), called([3, 4], get, text('xx'))]],
    [
      'a lost append',
      [called([1, 2], append('x'), done), called([3, 4], append('y'), done), called([5, 6], get, text('y'))],
    ],
    [
      'appends that two saw in different orders',
      [
        called([1, 9], append('x'), done),
        called([1, 9], append('y'), done),
        called([2, 3], get, text('x')),
        called([10, 11], get, text('yx')),
      ],
    ],
  ])('%s is found', (_, history) => {
    expect(checkHistory(textMapModel, history).kind).toBe('not-linearizable');
  });

  test('knows keys apart', () => {
    const history: TextMapHistory = [called([1, 2], put('x'), done, '/a'), called([3, 4], get, text(''), '/b')];
    expect(checkHistory(textMapModel, history).kind).toBe('linearizable');
    expect(checkHistory({ ...textMapModel, isPartitionedByKey: false }, history).kind).toBe('not-linearizable');
  });
});

describe('one key of the config store', () => {
  test.each<[string, StoreHistory]>([
    [
      'a stale read',
      [called([1, 2], put('x'), written(1)), called([3, 4], put('y'), written(2)), called([5, 6], get, found('x', 1))],
    ],
    ['a lost write', [called([1, 2], put('x'), written(1)), called([3, 4], get, absent)]],
    [
      'a write with another revision than its own',
      [called([1, 2], put('x'), written(1)), called([3, 4], get, found('x', 2))],
    ],
    ['a revision with another value', [called([1, 2], put('x'), written(1)), called([3, 4], get, found('y', 1))]],
    ['revisions that shrink', [called([1, 2], put('x'), written(2)), called([3, 4], put('y'), written(1))]],
    ['two writes of one revision', [called([1, 2], put('x'), written(1)), called([1, 2], put('y'), written(1))]],
    [
      'a compare-and-set that was made twice',
      [
        called([1, 2], put('x'), written(1)),
        called([3, 9], put('y', 1), written(2)),
        called([3, 9], put('z', 1), written(3)),
      ],
    ],
    ['a creation of what exists', [called([1, 2], put('x'), written(1)), called([3, 4], put('y', 0), written(2))]],
    ['a refusal for no reason', [called([1, 2], put('x'), written(1)), called([3, 4], put('y', 1), mismatch(1))]],
    [
      'a refusal that names another revision',
      [called([1, 2], put('x'), written(5)), called([3, 4], put('y', 1), mismatch(4))],
    ],
    [
      'a read of what was deleted',
      [called([1, 2], put('x'), written(1)), called([3, 4], remove, deleted(2)), called([5, 6], get, found('x', 1))],
    ],
    ['a delete of what is not there', [called([1, 2], remove, deleted(1))]],
    [
      'a delete that overlooks what is there',
      [called([1, 2], put('x'), written(1)), called([3, 4], remove, nothingDeleted(1))],
    ],
    [
      'a write of unknown outcome that took effect twice',
      [
        called([1, 2], put('x')),
        called([3, 4], get, found('x', 1)),
        called([5, 6], put('y'), written(2)),
        called([7, 8], get, found('x', 3)),
      ],
    ],
    [
      'a write of unknown outcome with no revision left for it',
      [
        called([1, 2], put('x'), written(1)),
        called([1, 2], put('y')),
        called([3, 4], put('z', 1), mismatch(2)),
        called([5, 6], put('z'), written(2)),
      ],
    ],
  ])('%s is found', (_, history) => {
    expect(checkHistory(configStoreModel, history).kind).toBe('not-linearizable');
    expect(checkConfigStore(history).kind).toBe('not-linearizable');
  });

  test.each<[string, StoreHistory]>([
    [
      'revisions that other keys leave out',
      [
        called([1, 2], put('x'), written(3)),
        called([3, 4], remove, deleted(7)),
        called([5, 6], remove, nothingDeleted(9)),
      ],
    ],
    [
      'an unknown write that only a refusal tells of',
      [
        called([1, 2], put('x'), written(1)),
        called([3, 4], put('y')),
        called([5, 6], put('z', 1), mismatch(2)),
        called([7, 8], put('z', 2), written(3)),
      ],
    ],
    [
      'an unknown delete that takes effect between two reads',
      [
        called([1, 2], put('x'), written(1)),
        called([3, 4], remove),
        called([5, 6], get, found('x', 1)),
        called([7, 8], get, absent),
      ],
    ],
  ])('%s is well', (_, history) => {
    expect(checkConfigStore(history).kind).toBe('linearizable');
  });
});

describe('the revisions that keys share', () => {
  test.each<[string, StoreHistory]>([
    [
      'two changes with one revision',
      [called([1, 2], put('x'), written(1), '/a'), called([3, 4], put('y'), written(1), '/b')],
    ],
    [
      'a value with the revision of another key',
      [
        called([1, 2], put('x'), written(1), '/a'),
        called<ConfigStoreOperation, ConfigStoreOutcome>([1, 2], put('y'), null, '/b'),
        called([3, 4], get, found('y', 1), '/b'),
      ],
    ],
    [
      'revisions against the order of time',
      [called([1, 2], put('x'), written(2), '/a'), called([3, 4], put('y'), written(1), '/b')],
    ],
    [
      'a revision that the store had already come to',
      [called([1, 2], remove, nothingDeleted(1), '/b'), called([3, 4], put('x'), written(1), '/a')],
    ],
    [
      'a read of what had already been replaced',
      [
        called([1, 9], put('x'), written(1), '/a'),
        called([1, 9], put('y'), written(2), '/a'),
        called([2, 3], remove, nothingDeleted(2), '/b'),
        called([4, 5], get, found('x', 1), '/a'),
      ],
    ],
    [
      'a read that is older than what was read before it',
      [
        called([1, 9], put('x'), written(1), '/a'),
        called([1, 9], put('y'), written(2), '/b'),
        called([2, 3], get, found('y', 2), '/b'),
        called([4, 5], get, absent, '/a'),
      ],
    ],
    [
      'an unknown write whose revision another key had come to before it was called',
      [
        called([1, 2], put('x'), written(5), '/a'),
        called<ConfigStoreOperation, ConfigStoreOutcome>([3, 3], put('y'), null, '/b'),
        called([6, 7], get, found('y', 3), '/b'),
      ],
    ],
    [
      'an unknown delete for which another key leaves no revision',
      [
        called([1, 2], put('x'), written(1), '/a'),
        called([1, 9], put('y'), written(2), '/b'),
        called<ConfigStoreOperation, ConfigStoreOutcome>([3, 3], remove, null, '/a'),
        called([4, 5], get, absent, '/a'),
        called([6, 7], put('z'), written(3), '/c'),
      ],
    ],
  ])('%s: found', (_, history) => {
    expect(checkHistory(configStoreModel, history).kind).toBe('linearizable');
    expect(checkConfigStore(history).kind).toBe('not-linearizable');
  });
});

test('an operation cannot return before its call, nor have an outcome without a return', () => {
  expect(() => checkHistory(registerModel, [called([2, 1], write(1), done)])).toThrow(RangeError);
  expect(() => checkConfigStore([{ ...called([1, 2], get, absent), returnedAt: null }])).toThrow(RangeError);
});
