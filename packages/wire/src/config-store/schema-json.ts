import type { Schema } from '@quorate/config-store';

/** A schema as JSON. */
export interface SchemaJson {
  readonly prefix: string;
  readonly schemaRevision: string;
  readonly bytes: number;
  /** The JSON Schema itself. Not there in a list of all. */
  readonly schema?: unknown;
}

/** A schema as JSON: numbers of 64 bits are texts. */
export const schemaToJson = ({ prefix, schemaRevision, bytes, schema }: Schema): SchemaJson => ({
  prefix,
  schemaRevision: String(schemaRevision),
  bytes,
  ...(schema === null ? {} : { schema: JSON.parse(schema) }),
});
