import { type KeyRow, keysTable, type TablesReader, type TablesWriter } from '@quorate/config-store';

/** A row of the table of keys, with its value as text. */
export function keyRow(value: string | Uint8Array, revision = 1): KeyRow {
  return {
    value: typeof value === 'string' ? Buffer.from(value) : value,
    createRevision: revision,
    modRevision: revision,
    version: 1,
    lease: null,
    contentType: null,
    ordinal: 0,
    changeNumber: 1,
    timestampUs: 0,
  };
}

/** Puts a key with a value. */
export const putKey = (writer: TablesWriter, key: string, value: string | Uint8Array = `value of ${key}`): void =>
  writer.put(keysTable, key, keyRow(value));

/** All keys, in their order. */
export const keysOf = (tables: TablesReader): readonly string[] =>
  tables.range(keysTable, { limit: 1_000_000 }).map(({ key }) => key);
