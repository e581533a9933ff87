import {
  changesTable,
  type DeleteRow,
  historyTable,
  type KeyRow,
  keysTable,
  landmarksTable,
  type PutRow,
  type TableRange,
  type Tables,
} from '@quorate/config-store';
import { logIndex, term } from '@quorate/raft';
import { describe, expect, test } from 'vitest';
import { keyRow, keysOf, putKey } from './rows.ts';

const progressAt = (index: number) => ({
  lastApplied: logIndex(index),
  lastAppliedTerm: term(2),
  revision: index - 1,
  stateHash: 2 ** 53 - index,
});
const comparable = (row: KeyRow | null): unknown =>
  row === null ? null : { ...row, value: Buffer.from(row.value).toString('hex') };

function putAll(tables: Tables, keys: readonly string[]): void {
  tables.transaction((writer) => {
    for (const key of keys) putKey(writer, key);
  });
}

const putRow = (key: string, value: Uint8Array | null): PutRow => ({
  op: 'put',
  key,
  value,
  createRevision: 1,
  version: 2,
  lease: null,
  contentType: 'text/plain',
  changeNumber: 2,
  previous: { revision: 1, ordinal: 3 },
  index: 5,
  timestampUs: 1_700_000_000_000_000,
  stateHash: 2 ** 53 - 1,
  traceparent: null,
  client: null,
});

const deletion: DeleteRow = {
  op: 'delete',
  key: '/c',
  changeNumber: 1,
  previous: null,
  index: 4,
  timestampUs: 0,
  stateHash: 0,
  traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
  client: 'anna@web1',
};

/** What every set of tables does. */
export function describeTables(name: string, open: () => Promise<Tables>): void {
  describe(`tables: ${name}`, () => {
    test('are empty at first', async () => {
      const tables = await open();
      expect(tables.progress).toEqual({ lastApplied: 0, lastAppliedTerm: 0, revision: 0, stateHash: 0 });
      expect(tables.get(keysTable, '/a')).toBeNull();
      expect(tables.range(keysTable, { limit: 10 })).toEqual([]);
    });

    test('keep keys, with their revisions and any bytes', async () => {
      const tables = await open();
      const rows: Readonly<Record<string, KeyRow>> = {
        '/a': keyRow(new Uint8Array(0)),
        ['k'.repeat(1_024)]: { ...keyRow(Uint8Array.of(0, 255, 10)), modRevision: 2 ** 53 - 1, version: 9, lease: 7 },
        '/größe/\u{1f600}': { ...keyRow(new Uint8Array(512 * 1_024).fill(7)), contentType: 'application/größe' },
      };
      tables.transaction((writer) => {
        for (const [key, row] of Object.entries(rows)) writer.put(keysTable, key, row);
      });
      for (const [key, row] of Object.entries(rows)) {
        expect(comparable(tables.get(keysTable, key))).toEqual(comparable(row));
      }
    });

    test('keep rows of every table, and none of them sees the rows of another', async () => {
      const tables = await open();
      const rows = [putRow('/a', Uint8Array.of(1)), putRow('/b', null)];
      const history = {
        retention: { maxAgeMs: null, maxVersions: 0 },
        oldestRevision: 3,
        sweptTo: { revision: 2, ordinal: 1 },
      };
      tables.transaction((writer) => {
        writer.put(landmarksTable, { key: '/a', revision: 300 }, { ordinal: 127 });
        writer.put(landmarksTable, { key: '/a', revision: 4 }, { ordinal: 128 });
        writer.put(landmarksTable, { key: '/', revision: 5 }, { ordinal: 0 });
        for (const [ordinal, row] of rows.entries()) writer.put(changesTable, { revision: 2, ordinal }, row);
        writer.put(changesTable, { revision: 1, ordinal: 300 }, deletion);
        writer.put(historyTable, null, history);
      });
      expect(keysOf(tables)).toEqual([]);
      expect(tables.range(landmarksTable, { limit: 10 }).map(({ key, row }) => [key, row.ordinal])).toEqual([
        [{ key: '/', revision: 5 }, 0],
        [{ key: '/a', revision: 4 }, 128],
        [{ key: '/a', revision: 300 }, 127],
      ]);
      expect(tables.range(changesTable, { limit: 10 })).toEqual([
        { key: { revision: 1, ordinal: 300 }, row: deletion },
        ...rows.map((row, ordinal) => ({ key: { revision: 2, ordinal }, row })),
      ]);
      expect(tables.get(changesTable, { revision: 2, ordinal: 1 })).toEqual(rows[1]);
      expect(tables.get(historyTable, null)).toEqual(history);
      expect(tables.range(changesTable, { from: { revision: 2, ordinal: 0 }, limit: 9 })).toHaveLength(2);
      expect(tables.range(changesTable, { to: { revision: 2, ordinal: 1 }, limit: 9 })).toHaveLength(2);
    });

    test('replace and delete rows', async () => {
      const tables = await open();
      putAll(tables, ['/a', '/b']);
      tables.transaction((writer) => {
        writer.put(keysTable, '/a', keyRow('new', 2));
        writer.delete(keysTable, '/b');
        writer.delete(keysTable, '/never there');
      });
      expect(comparable(tables.get(keysTable, '/a'))).toEqual(comparable(keyRow('new', 2)));
      expect(tables.get(keysTable, '/b')).toBeNull();
    });

    test('give what a transaction answers', async () => {
      const tables = await open();
      const answer = Promise.resolve(1);
      expect(tables.transaction(() => answer)).toBe(answer);
      putAll(tables, ['/a']);
      expect(tables.transaction(() => undefined)).toBeUndefined();
    });

    test('show a transaction what it wrote', async () => {
      const tables = await open();
      putAll(tables, ['/a', '/b']);
      tables.transaction((writer) => {
        putKey(writer, '/c');
        writer.delete(keysTable, '/a');
        writer.setProgress(progressAt(7));
        expect(writer.get(keysTable, '/a')).toBeNull();
        expect(keysOf(writer)).toEqual(['/b', '/c']);
        expect(writer.progress).toEqual(progressAt(7));
      });
      expect(tables.progress).toEqual(progressAt(7));
    });

    test('keep nothing of a transaction that throws', async () => {
      const tables = await open();
      putAll(tables, ['/a']);
      tables.transaction((writer) => writer.setProgress(progressAt(3)));
      const failure = new Error('no');
      expect(() =>
        tables.transaction((writer) => {
          putKey(writer, '/a', 'changed');
          putKey(writer, '/a', 'and again');
          putKey(writer, '/b');
          writer.delete(keysTable, '/a');
          writer.setProgress(progressAt(4));
          throw failure;
        }),
      ).toThrow(failure);
      expect(comparable(tables.get(keysTable, '/a'))).toEqual(comparable(keyRow('value of /a')));
      expect(tables.get(keysTable, '/b')).toBeNull();
      expect(tables.progress).toEqual(progressAt(3));
      putAll(tables, ['/c']);
      expect(keysOf(tables)).toEqual(['/a', '/c']);
    });

    test('refuse a transaction within one, and a writer after its end', async () => {
      const tables = await open();
      const late = tables.transaction((writer) => {
        expect(() => tables.transaction(() => null)).toThrow();
        return writer;
      });
      expect(() => putKey(late, '/a')).toThrow('over');
      expect(() => late.delete(keysTable, '/a')).toThrow('over');
      expect(() => late.setProgress(progressAt(3))).toThrow('over');
      expect(keysOf(tables)).toEqual([]);
    });

    test('list keys in the order of their UTF-8 bytes', async () => {
      const tables = await open();
      // In UTF-16 the last two would change places.
      const keys = ['/', '/A', '/a', '/a/b', '/a0', '/ab', '/b', '/ä', '/\uffee', '/\u{1f600}'];
      putAll(tables, [...keys].reverse());
      expect(keysOf(tables)).toEqual(keys);
    });

    test('give a stretch of a table', async () => {
      const tables = await open();
      putAll(tables, ['/a', '/a/1', '/a/2', '/a/3', '/b', 'z']);
      const list = (range: TableRange<string>): readonly string[] =>
        tables.range(keysTable, range).map(({ key }) => key);
      expect(list({ from: '/a/', to: '/a0', limit: 10 })).toEqual(['/a/1', '/a/2', '/a/3']);
      expect(list({ from: '/a/', to: '/a0', limit: 2 })).toEqual(['/a/1', '/a/2']);
      expect(list({ from: '/a/', after: '/a/2', to: '/a0', limit: 2 })).toEqual(['/a/3']);
      expect(list({ from: '/a/', after: '/a/3', to: '/a0', limit: 2 })).toEqual([]);
      expect(list({ from: '/a/', after: '/a/1x', to: '/a0', limit: 2 })).toEqual(['/a/2', '/a/3']);
      expect(list({ from: '/a/', after: '/', to: '/a0', limit: 10 })).toEqual(['/a/1', '/a/2', '/a/3']);
      expect(list({ from: '/a/', after: '/z', to: '/a0', limit: 10 })).toEqual([]);
      expect(list({ from: '/a', after: '/a', limit: 10 })).toEqual(['/a/1', '/a/2', '/a/3', '/b', 'z']);
      expect(list({ after: '/b', limit: 10 })).toEqual(['z']);
      expect(list({ to: '/a/1', limit: 10 })).toEqual(['/a']);
      expect(list({ from: '/b', to: '/a', limit: 10 })).toEqual([]);
    });

    test('give bytes that are not changed by what comes later', async () => {
      const tables = await open();
      putAll(tables, ['/a', '/b']);
      const first = tables.get(keysTable, '/a');
      const [, second] = tables.range(keysTable, { limit: 2 });
      tables.get(keysTable, '/b');
      tables.transaction((writer) => {
        putKey(writer, '/a', 'VALUE OF /A');
        putKey(writer, '/b', 'VALUE OF /B');
      });
      tables.range(keysTable, { limit: 2 });
      expect(comparable(first)).toEqual(comparable(keyRow('value of /a')));
      expect(comparable(second?.row ?? null)).toEqual(comparable(keyRow('value of /b')));
    });

    test('keep copies of the bytes that they are given', async () => {
      const tables = await open();
      const bytes = Uint8Array.of(1);
      tables.transaction((writer) => {
        writer.put(keysTable, '/a', keyRow(bytes));
        bytes[0] = 9;
      });
      expect(tables.get(keysTable, '/a')?.value).toEqual(Uint8Array.of(1));
    });
  });
}
