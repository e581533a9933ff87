import type { StoredEntry, Tables } from '@quorate/config-store';
import { logIndex, term } from '@quorate/raft';
import { describe, expect, test } from 'vitest';

/** An entry, with its value as text. */
export function stored(key: string, value = `value of ${key}`, revision = 1): StoredEntry {
  return { key, value: Buffer.from(value), createRevision: revision, modRevision: revision, version: 1 };
}

const progressAt = (index: number) => ({ lastApplied: logIndex(index), lastAppliedTerm: term(2), revision: index - 1 });
const comparable = (entry: StoredEntry | null): unknown =>
  entry === null ? null : { ...entry, value: Buffer.from(entry.value).toString('hex') };

function putAll(tables: Tables, entries: readonly StoredEntry[]): void {
  tables.transaction((writer) => {
    for (const entry of entries) writer.put(entry);
  });
}

/** What every set of tables does. */
export function describeTables(name: string, open: () => Promise<Tables>): void {
  describe(`tables: ${name}`, () => {
    test('are empty at first', async () => {
      const tables = await open();
      expect(tables.progress).toEqual({ lastApplied: 0, lastAppliedTerm: 0, revision: 0 });
      expect(tables.get('/a')).toBeNull();
      expect(tables.range({ prefix: '', after: null, limit: 10 })).toEqual([]);
    });

    test('keep entries, with their revisions and any bytes', async () => {
      const tables = await open();
      const entries: readonly StoredEntry[] = [
        { key: '/a', value: new Uint8Array(0), createRevision: 1, modRevision: 1, version: 1 },
        {
          key: 'k'.repeat(1_024),
          value: Uint8Array.of(0, 255, 10),
          createRevision: 2,
          modRevision: 2 ** 53 - 1,
          version: 9,
        },
        {
          key: '/größe/\u{1f600}',
          value: new Uint8Array(512 * 1_024).fill(7),
          createRevision: 3,
          modRevision: 4,
          version: 2,
        },
      ];
      putAll(tables, entries);
      for (const entry of entries) expect(comparable(tables.get(entry.key))).toEqual(comparable(entry));
    });

    test('replace and delete entries', async () => {
      const tables = await open();
      putAll(tables, [stored('/a'), stored('/b')]);
      tables.transaction((writer) => {
        writer.put(stored('/a', 'new', 2));
        writer.delete('/b');
        writer.delete('/never there');
      });
      expect(comparable(tables.get('/a'))).toEqual(comparable(stored('/a', 'new', 2)));
      expect(tables.get('/b')).toBeNull();
    });

    test('give what a transaction answers', async () => {
      const tables = await open();
      const answer = Promise.resolve(1);
      expect(tables.transaction(() => answer)).toBe(answer);
      putAll(tables, [stored('/a')]);
      expect(tables.transaction(() => undefined)).toBeUndefined();
    });

    test('show a transaction what it wrote', async () => {
      const tables = await open();
      putAll(tables, [stored('/a'), stored('/b')]);
      tables.transaction((writer) => {
        writer.put(stored('/c'));
        writer.delete('/a');
        writer.setProgress(progressAt(7));
        expect(writer.get('/a')).toBeNull();
        expect(writer.range({ prefix: '/', after: null, limit: 10 }).map(({ key }) => key)).toEqual(['/b', '/c']);
        expect(writer.progress).toEqual(progressAt(7));
      });
      expect(tables.progress).toEqual(progressAt(7));
    });

    test('keep nothing of a transaction that throws', async () => {
      const tables = await open();
      putAll(tables, [stored('/a')]);
      tables.transaction((writer) => writer.setProgress(progressAt(3)));
      const failure = new Error('no');
      expect(() =>
        tables.transaction((writer) => {
          writer.put(stored('/a', 'changed'));
          writer.put(stored('/b'));
          writer.delete('/a');
          writer.setProgress(progressAt(4));
          throw failure;
        }),
      ).toThrow(failure);
      expect(comparable(tables.get('/a'))).toEqual(comparable(stored('/a')));
      expect(tables.get('/b')).toBeNull();
      expect(tables.progress).toEqual(progressAt(3));
      putAll(tables, [stored('/c')]);
      expect(tables.range({ prefix: '', after: null, limit: 10 }).map(({ key }) => key)).toEqual(['/a', '/c']);
    });

    test('list keys in the order of their UTF-8 bytes', async () => {
      const tables = await open();
      // In UTF-16 the last two would change places.
      const keys = ['/', '/A', '/a', '/a/b', '/a0', '/ab', '/b', '/ä', '/\uffee', '/\u{1f600}'];
      putAll(
        tables,
        [...keys].reverse().map((key) => stored(key)),
      );
      expect(tables.range({ prefix: '', after: null, limit: 100 }).map(({ key }) => key)).toEqual(keys);
    });

    test('list what begins with a prefix, page by page', async () => {
      const tables = await open();
      putAll(
        tables,
        ['/a', '/a/1', '/a/2', '/a/3', '/b', 'z'].map((key) => stored(key)),
      );
      const list = (prefix: string, after: string | null, limit: number): readonly string[] =>
        tables.range({ prefix, after, limit }).map(({ key }) => key);
      expect(list('/a/', null, 10)).toEqual(['/a/1', '/a/2', '/a/3']);
      expect(list('/a/', null, 2)).toEqual(['/a/1', '/a/2']);
      expect(list('/a/', '/a/2', 2)).toEqual(['/a/3']);
      expect(list('/a/', '/a/3', 2)).toEqual([]);
      expect(list('/a/', '/a/1x', 2)).toEqual(['/a/2', '/a/3']);
      expect(list('/a/', '/', 10)).toEqual(['/a/1', '/a/2', '/a/3']);
      expect(list('/a/', '/z', 10)).toEqual([]);
      expect(list('/a', '/a', 10)).toEqual(['/a/1', '/a/2', '/a/3']);
      expect(list('', '/b', 10)).toEqual(['z']);
      expect(list('nothing', null, 10)).toEqual([]);
      expect(list('/a', `/a/1${'x'.repeat(5_000)}`, 1)).toEqual(['/a/2']);
      expect(list('x'.repeat(5_000), null, 1)).toEqual([]);
    });

    test('give bytes that are not changed by what comes later', async () => {
      const tables = await open();
      putAll(tables, [stored('/a', 'first'), stored('/b', 'second')]);
      const first = tables.get('/a');
      const [, second] = tables.range({ prefix: '', after: null, limit: 2 });
      tables.get('/b');
      putAll(tables, [stored('/a', 'FIRST'), stored('/b', 'SECOND')]);
      tables.range({ prefix: '', after: null, limit: 2 });
      expect(comparable(first)).toEqual(comparable(stored('/a', 'first')));
      expect(comparable(second ?? null)).toEqual(comparable(stored('/b', 'second')));
    });
  });
}
