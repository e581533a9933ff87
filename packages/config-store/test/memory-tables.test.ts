import { logIndex, term } from '@quorate/raft';
import { describe, expect, it } from 'vitest';
import { MemoryTables, type StoredEntry } from '../src/index.ts';

const entry = (key: string, value = new Uint8Array([1])): StoredEntry => ({
  key,
  value,
  createRevision: 1,
  modRevision: 1,
  version: 1,
});

const keysOf = (tables: MemoryTables): string[] =>
  tables.range({ prefix: '', after: null, limit: 100 }).map(({ key }) => key);

describe('tables in memory', () => {
  it('show a transaction to itself', () => {
    const tables = new MemoryTables();
    tables.transaction((writer) => {
      writer.put(entry('b'));
      writer.put(entry('a'));
      writer.setProgress({ lastApplied: logIndex(3), lastAppliedTerm: term(2), revision: 1 });
      expect(writer.range({ prefix: '', after: null, limit: 9 }).map(({ key }) => key)).toEqual(['a', 'b']);
      expect(writer.get('b')).toEqual(entry('b'));
      expect(writer.progress.lastApplied).toBe(3);
      writer.delete('a');
      expect(writer.get('a')).toBeNull();
    });
    expect(keysOf(tables)).toEqual(['b']);
    expect(tables.progress).toEqual({ lastApplied: 3, lastAppliedTerm: 2, revision: 1 });
  });

  it('forget all of a transaction that throws', () => {
    const tables = new MemoryTables();
    tables.transaction((writer) => {
      writer.put(entry('kept'));
      writer.put(entry('changed', new Uint8Array([1])));
    });
    const step = (): void =>
      tables.transaction((writer) => {
        writer.delete('kept');
        writer.put(entry('changed', new Uint8Array([2])));
        writer.put(entry('changed', new Uint8Array([3])));
        writer.put(entry('new'));
        writer.setProgress({ lastApplied: logIndex(9), lastAppliedTerm: term(9), revision: 9 });
        throw new Error('the disk is full');
      });
    expect(step).toThrow('the disk is full');
    expect(keysOf(tables)).toEqual(['changed', 'kept']);
    expect(tables.get('changed')?.value).toEqual(new Uint8Array([1]));
    expect(tables.progress.lastApplied).toBe(0);
  });

  it('keep a copy of the value', () => {
    const tables = new MemoryTables();
    const value = new Uint8Array([1]);
    tables.transaction((writer) => writer.put(entry('a', value)));
    value[0] = 9;
    expect(tables.get('a')?.value).toEqual(new Uint8Array([1]));
  });

  it('refuse a transaction within one, and a writer after its end', () => {
    const tables = new MemoryTables();
    const late = tables.transaction((writer) => {
      expect(() => tables.transaction(() => null)).toThrow('under way');
      return writer;
    });
    expect(() => late.put(entry('a'))).toThrow('over');
    expect(keysOf(tables)).toEqual([]);
  });
});
