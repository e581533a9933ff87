import type { CallOptions, NodeOptions, ReadOptions, TransactionOptions } from '../options.ts';

/** A schema as it stands. */
export interface SchemaInfo {
  /** Empty: of all keys. */
  readonly prefix: string;
  /** Which version of it: the index of the log entry that set it. */
  readonly schemaRevision: bigint;
  /** Of its JSON. */
  readonly bytes: number;
}

/**
 * Schemas: a value that is put below a prefix has to match that prefix's JSON Schema, and those of all others that its key begins with. A node looks at it before anything enters the log, and refuses it
 * with `SchemaViolation`: which key, where in the value, and why.
 */
export interface Schemas {
  /**
   * Sets the schema of a prefix: an object or true or false, or its JSON. All that is below the prefix has to match already.
   * @throws {InvalidSchema | KeysDoNotMatch | TooManySchemas | InvalidKey | KeyTooLarge | OutcomeUnknown}
   * @throws {KeysChanged} if keys below the prefix were written all the time by way of other nodes, so that they could not be looked at
   */
  set(
    prefix: string,
    schema: object | boolean | string,
    options?: TransactionOptions,
  ): Promise<{ readonly schemaRevision: bigint }>;

  /** Ends the schema of a prefix; `deleted`: whether there was one. @throws {InvalidKey | KeyTooLarge | OutcomeUnknown} */
  delete(prefix: string, options?: TransactionOptions): Promise<{ readonly deleted: boolean }>;

  /** The schema of this very prefix, as JSON; null if there is none. @throws what `read` throws */
  get(
    prefix: string,
    options?: CallOptions & NodeOptions & ReadOptions,
  ): Promise<(SchemaInfo & { readonly schema: string }) | null>;

  /** All schemas, in the order of their prefixes. @throws what `read` throws */
  list(options?: CallOptions & NodeOptions & ReadOptions): Promise<readonly SchemaInfo[]>;
}
