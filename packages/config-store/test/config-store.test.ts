import { describe, expect, it } from 'vitest';
import {
  ConfigStore,
  InvalidCommand,
  keysTable,
  MAX_PAGE_BYTES,
  MemoryTables,
  nothingApplied,
  readPage,
} from '../src/index.ts';
import { bytesOf, jsonCodec, toBytes } from './json-codec.ts';
import { entryAt, resultOf, StoreFixture } from './store-fixture.ts';

const none = { lease: null, contentType: null };
const wholeList = { kind: 'list', keys: { prefix: '' }, after: null, limit: 1, revision: null, keysOnly: false };

describe('put, get and delete', () => {
  it('give the entry with its revisions and version', () => {
    const fixture = new StoreFixture();
    expect(fixture.put('/a', bytesOf('one'))).toEqual({ kind: 'put', revision: 1 });
    expect(fixture.put('/b')).toEqual({ kind: 'put', revision: 2 });
    expect(fixture.put('/a', bytesOf('two'))).toEqual({ kind: 'put', revision: 3 });
    expect(fixture.get('/a')).toEqual({
      kind: 'get',
      entry: { key: '/a', value: bytesOf('two'), createRevision: 1, modRevision: 3, version: 2, ...none },
      revision: 3,
      appliedIndex: 3,
    });
    expect(fixture.get('/none').entry).toBeNull();
  });

  it('count a put of the same value as a change', () => {
    const fixture = new StoreFixture();
    fixture.put('/a', bytesOf('same'));
    expect(fixture.put('/a', bytesOf('same'))).toEqual({ kind: 'put', revision: 2 });
  });

  it('delete what is there, raising the revision, and begin anew after it', () => {
    const fixture = new StoreFixture();
    fixture.put('/a');
    expect(fixture.delete('/a')).toEqual({ kind: 'delete', revision: 2, deleted: true });
    expect(fixture.get('/a').entry).toBeNull();
    fixture.put('/a');
    expect(fixture.get('/a').entry).toMatchObject({
      createRevision: 3,
      modRevision: 3,
      version: 1,
    });
  });

  it('leave the revision where it was if there is nothing to delete', () => {
    const fixture = new StoreFixture();
    fixture.put('/a');
    expect(fixture.delete('/none')).toEqual({ kind: 'delete', revision: 1, deleted: false });
    expect(fixture.put('/b')).toEqual({ kind: 'put', revision: 2 });
    expect(fixture.store.lastApplied).toBe(3);
  });
});

describe('compare and set', () => {
  const mismatch = (key: string, expected: string, actual: string): unknown => ({
    kind: 'failed',
    error: { code: 'RevisionMismatch', message: expect.any(String), details: { key, expected, actual } },
  });

  it('writes at the revision expected, and nowhere else', () => {
    const fixture = new StoreFixture();
    fixture.put('/a', bytesOf('one'));
    fixture.put('/b');
    expect(fixture.put('/a', bytesOf('two'), 1)).toEqual({ kind: 'put', revision: 3 });
    expect(fixture.put('/a', bytesOf('three'), 1)).toEqual(mismatch('/a', '1', '3'));
    expect(fixture.put('/a', bytesOf('three'), 2)).toEqual(mismatch('/a', '2', '3'));
    expect(fixture.put('/none', bytesOf('x'), 3)).toEqual(mismatch('/none', '3', '0'));
    expect(fixture.get('/a').entry?.value).toEqual(bytesOf('two'));
    expect(fixture.store.revision).toBe(3);
    expect(fixture.store.lastApplied).toBe(6);
  });

  it('takes 0 for a key that must not exist', () => {
    const fixture = new StoreFixture();
    expect(fixture.put('/a', bytesOf('one'), 0)).toEqual({ kind: 'put', revision: 1 });
    expect(fixture.put('/a', bytesOf('two'), 0)).toEqual(mismatch('/a', '0', '1'));
    fixture.delete('/a');
    expect(fixture.put('/a', bytesOf('three'), 0)).toEqual({ kind: 'put', revision: 3 });
  });

  it('holds for delete', () => {
    const fixture = new StoreFixture();
    fixture.put('/a');
    expect(fixture.delete('/a', 7)).toEqual(mismatch('/a', '7', '1'));
    expect(fixture.delete('/a', 0)).toEqual(mismatch('/a', '0', '1'));
    expect(fixture.delete('/a', 1)).toEqual({ kind: 'delete', revision: 2, deleted: true });
    expect(fixture.delete('/a', 1)).toEqual(mismatch('/a', '1', '0'));
    expect(fixture.delete('/a', 0)).toEqual({ kind: 'delete', revision: 2, deleted: false });
  });
});

describe('apply', () => {
  it('runs a batch in one transaction, in order, each entry upon the one before', () => {
    const fixture = new StoreFixture();
    const put = (index: number, ifRevision: number): ReturnType<typeof entryAt> =>
      entryAt(index, { command: toBytes({ kind: 'put', key: '/a', value: bytesOf(`${index}`), ifRevision }) });
    const applied = fixture.store.apply([put(1, 0), put(2, 1), put(3, 1), entryAt(4, { kind: 'noop', term: 3 })]);
    expect(applied.slice(0, 3).map((one) => resultOf(one))).toMatchObject([
      { kind: 'put', revision: 1 },
      { kind: 'put', revision: 2 },
      { kind: 'failed', error: { code: 'RevisionMismatch' } },
    ]);
    expect(applied.map((one) => one.entry.index)).toEqual([1, 2, 3, 4]);
    expect(fixture.tables.progress).toMatchObject({ lastApplied: 4, lastAppliedTerm: 3, revision: 2 });
    expect([fixture.store.lastApplied, fixture.store.lastAppliedTerm]).toEqual([4, 3]);
  });

  it('moves only lastApplied for no-ops and configurations', () => {
    const fixture = new StoreFixture();
    const applied = fixture.store.apply([
      entryAt(1, { kind: 'noop' }),
      entryAt(2, { kind: 'configuration', command: toBytes({ kind: 'put', key: '/a', value: bytesOf('x') }) }),
    ]);
    expect(applied.map(({ result, noticeCount, notices }) => [result.length, noticeCount, notices().length])).toEqual([
      [0, 0, 0],
      [0, 0, 0],
    ]);
    expect(fixture.tables.progress).toEqual({ ...nothingApplied, lastApplied: 2, lastAppliedTerm: 1 });
  });

  it.each([
    ['a gap', [1, 3]],
    ['a repeat', [1, 1]],
    ['a beginning that is not the next', [2]],
  ])('throws on %s and applies nothing of the batch', (_what, indexes) => {
    const fixture = new StoreFixture();
    const command = toBytes({ kind: 'put', key: '/a', value: bytesOf('x') });
    expect(() => fixture.store.apply(indexes.map((index) => entryAt(index, { command })))).toThrow(RangeError);
    expect(fixture.tables.progress).toEqual(nothingApplied);
    expect(fixture.tables.get(keysTable, '/a')).toBeNull();
  });

  it('throws on a term that goes back', () => {
    const fixture = new StoreFixture();
    fixture.applyEntry(entryAt(1, { kind: 'noop', term: 4 }));
    expect(() => fixture.applyEntry(entryAt(2, { kind: 'noop', term: 3 }))).toThrow(RangeError);
    expect(fixture.store.lastApplied).toBe(1);
  });

  it('takes an empty batch for nothing', () => {
    expect(new StoreFixture().store.apply([])).toEqual([]);
  });

  it.each([
    ['that does not decode', bytesOf('garbage'), 'InvalidCommand'],
    ['that is empty', new Uint8Array(0), 'InvalidCommand'],
    [
      'with a key that is too large',
      toBytes({ kind: 'put', key: 'k'.repeat(1025), value: bytesOf('') }),
      'KeyTooLarge',
    ],
    [
      'with a value that is too large',
      toBytes({ kind: 'put', key: 'k', value: new Uint8Array(524_289) }),
      'ValueTooLarge',
    ],
    ['with a revision that is none', toBytes({ kind: 'delete', key: 'k', ifRevision: -1 }), 'InvalidRevision'],
  ])('gives a command %s a typed error and changes nothing but lastApplied', (_what, command, code) => {
    const fixture = new StoreFixture();
    fixture.put('k');
    expect(fixture.applyBytes(command)).toMatchObject({ kind: 'failed', error: { code } });
    expect(fixture.tables.progress).toMatchObject({ lastApplied: 2, lastAppliedTerm: 1, revision: 1 });
    expect(fixture.list('').entries.map((entry) => entry.version)).toEqual([1]);
  });

  it('hands on the reason that the codec gives', () => {
    const decodeCommand = (): never => {
      throw new InvalidCommand({ reason: 'kind "shred" is not known' });
    };
    const codec = { ...jsonCodec, decodeCommand };
    const store = new ConfigStore({ tables: new MemoryTables(), codec, stream: 'main.config' });
    const [applied] = store.apply([entryAt(1)]);
    expect(applied && resultOf(applied)).toMatchObject({ error: { details: { reason: 'kind "shred" is not known' } } });
  });
});

describe('list', () => {
  const keysOf = (fixture: StoreFixture, prefix: string, after: string | null, limit: number): unknown => {
    const { entries, nextAfter } = fixture.list(prefix, after, limit);
    return [entries.map((entry) => entry.key), nextAfter !== null];
  };

  it('pages through a prefix in the order of the bytes', () => {
    const fixture = new StoreFixture();
    for (const key of ['/b', '/a/3', '/a/1', '/a', '/a/2', '/a0']) fixture.put(key);
    expect(keysOf(fixture, '/a/', null, 100)).toEqual([['/a/1', '/a/2', '/a/3'], false]);
    expect(keysOf(fixture, '/a/', null, 2)).toEqual([['/a/1', '/a/2'], true]);
    expect(keysOf(fixture, '/a/', '/a/2', 2)).toEqual([['/a/3'], false]);
    expect(keysOf(fixture, '/a/', null, 3)).toEqual([['/a/1', '/a/2', '/a/3'], false]);
    expect(keysOf(fixture, '', '/a/3', 100)).toEqual([['/a0', '/b'], false]);
    expect(keysOf(fixture, '/c', null, 100)).toEqual([[], false]);
    expect(keysOf(fixture, '/a/', '/z', 100)).toEqual([[], false]);
  });

  it('goes on after a key that is gone', () => {
    const fixture = new StoreFixture();
    for (const key of ['a', 'b', 'c']) fixture.put(key);
    fixture.delete('b');
    expect(keysOf(fixture, '', 'b', 100)).toEqual([['c'], false]);
  });

  it('orders characters above U+FFFF after those below', () => {
    const fixture = new StoreFixture();
    for (const key of ['\u{1f600}', '\uffee', '\u00e9', 'z']) fixture.put(key);
    expect(keysOf(fixture, '', null, 100)).toEqual([['z', '\u00e9', '\uffee', '\u{1f600}'], false]);
    expect(keysOf(fixture, '', '\uffee', 100)).toEqual([['\u{1f600}'], false]);
  });

  it('ends a page before it outgrows a message, and gives one entry at least', () => {
    const fixture = new StoreFixture();
    for (const key of ['a', 'b', 'c']) fixture.put(key, new Uint8Array(512 * 1024));
    expect(keysOf(fixture, '', null, 100)).toEqual([['a'], true]);
    expect(keysOf(fixture, '', 'a', 100)).toEqual([['b'], true]);
    expect(keysOf(fixture, '', 'b', 100)).toEqual([['c'], false]);
    const small = new StoreFixture();
    for (let at = 0; at < 1000; at += 1) small.put(`${at}`, new Uint8Array(1024));
    const { entries, nextAfter } = small.list('', null, 1000);
    expect(nextAfter).toBe(entries.at(-1)?.key);
    const bytes = entries.reduce((sum, entry) => sum + (entry.value?.length ?? 0) + entry.key.length, 0);
    expect(bytes).toBeGreaterThan(700 * 1024);
    expect(bytes).toBeLessThanOrEqual(768 * 1024);
  });

  it('gives an entry that is larger than any page, so that paging goes on', () => {
    const tables = new MemoryTables();
    const version = { createRevision: 1, modRevision: 1, version: 1, ...none };
    const row = { value: new Uint8Array(MAX_PAGE_BYTES + 1), ...version, ordinal: 0, changeNumber: 1, timestampUs: 0 };
    tables.transaction((writer) => {
      for (const key of ['a', 'b']) writer.put(keysTable, key, row);
    });
    const page = readPage(tables, { keys: { prefix: '' }, after: null, limit: 100, keysOnly: false });
    expect(page).toMatchObject({ entries: [{ key: 'a' }], nextAfter: 'a' });
  });

  it('answers with the revision and the index of its state', () => {
    const fixture = new StoreFixture();
    fixture.put('/a');
    fixture.delete('/none');
    expect(fixture.list('/')).toMatchObject({ revision: 1, appliedIndex: 2 });
  });

  it.each([
    ['a limit of 0', { ...wholeList, limit: 0 }, 'InvalidLimit'],
    ['a key that is empty', { kind: 'get', key: '', revision: null }, 'InvalidKey'],
    ['a shape that is none', { kind: 'list' }, 'InvalidQuery'],
  ])('answers %s with a typed error', (_what, query, code) => {
    expect(new StoreFixture().askAny(query)).toMatchObject({ kind: 'failed', error: { code }, appliedIndex: 0 });
  });

  it('answers bytes that are no query with a typed error', () => {
    const { store } = new StoreFixture();
    expect(Buffer.from(store.query(bytesOf('garbage'))).toString()).toContain('InvalidQuery');
  });
});
