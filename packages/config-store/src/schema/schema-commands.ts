/** Sets what the values below a prefix have to be. */
export interface SetSchemaCommand {
  readonly kind: 'setSchema';
  /** Empty: of all keys. */
  readonly prefix: string;
  /** A JSON Schema, as JSON. The store does not look into it. */
  readonly schema: string;
  /** The revision at which all that is below the prefix was found to match, by the node that proposes it. Null as the client sends it. */
  readonly checkedRevision: number | null;
}

/** Ends a schema. That there is none is fine. */
export interface DeleteSchemaCommand {
  readonly kind: 'deleteSchema';
  readonly prefix: string;
}

/** What is done with a schema. */
export type SchemaCommand = SetSchemaCommand | DeleteSchemaCommand;

/** What comes of it. */
export type SchemaResult =
  /** The number of this version of the schema. */
  | { readonly kind: 'setSchema'; readonly schemaRevision: number }
  | { readonly kind: 'deleteSchema'; readonly deleted: boolean };

/** Asks for the schemas. */
export interface SchemasQuery {
  readonly kind: 'schemas';
  /** With its text, the schema of this very prefix alone, if there is one; null: all of them, without their texts. */
  readonly prefix: string | null;
}

/** A schema as it stands. */
export interface Schema {
  readonly prefix: string;
  /** Which version of it: higher than that of any schema that was set before. */
  readonly schemaRevision: number;
  /** Of its text. */
  readonly bytes: number;
  /** Null in a list of all. */
  readonly schema: string | null;
}
