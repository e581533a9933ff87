import { compareUtf8 } from '../utf8.ts';
import type { Table } from './table.ts';

/** A schema. */
export interface SchemaRow {
  /** A JSON Schema, as JSON. */
  readonly schema: string;
  /** Which version of it: the index of the log entry that set it. */
  readonly schemaRevision: number;
}

/** The schemas, by their prefixes. */
export const schemasTable: Table<string, SchemaRow> = {
  id: 14,
  name: 'schemas',
  compare: compareUtf8,
  writeKey: (prefix, to) => to.text(prefix),
  readKey: (from) => from.text(),
  writeRow: ({ schema, schemaRevision }, to) => {
    to.counter(schemaRevision);
    to.text(schema);
  },
  readRow: (from) => {
    const schemaRevision = from.counter();
    return { schemaRevision, schema: from.text() };
  },
  ownRow: (row) => row,
};
