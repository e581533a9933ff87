import { type SchemaRow, schemasTable } from '../tables/schemas-table.ts';
import type { TablesReader } from '../tables/tables.ts';
import { utf8Length } from '../utf8.ts';
import { MAX_SCHEMAS } from './limits.ts';
import type { Schema, SchemasQuery } from './schema-commands.ts';

/** The schemas that a query asks for, by their prefixes. */
export function readSchemas(tables: TablesReader, { prefix }: SchemasQuery): readonly Schema[] {
  if (prefix === null) {
    return tables.range(schemasTable, { limit: MAX_SCHEMAS }).map(({ key, row }) => schemaOf(key, row, null));
  }
  const row = tables.get(schemasTable, prefix);
  return row === null ? [] : [schemaOf(prefix, row, row.schema)];
}

const schemaOf = (prefix: string, { schema: text, schemaRevision }: SchemaRow, schema: string | null): Schema => ({
  prefix,
  schemaRevision,
  bytes: utf8Length(text),
  schema,
});
