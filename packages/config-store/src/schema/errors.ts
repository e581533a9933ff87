import { z } from 'zod';
import { decimalSchema, type ErrorBuilder, errorBuilder, QuorateError, quote } from '../quorate-error.ts';

const schemaViolationDetails = z.object({
  key: z.string(),
  prefix: z.string(),
  path: z.string(),
  reason: z.string(),
});

/** A value is not what the schema of a prefix of its key wants. Nothing was written, and nothing entered the log. */
export class SchemaViolation extends QuorateError {
  declare readonly code: 'SchemaViolation';
  readonly key: string;
  /** Of the schema. */
  readonly prefix: string;
  /** Where in the value, as a JSON pointer; empty: the whole value. */
  readonly path: string;
  readonly reason: string;

  constructor(details: z.infer<typeof schemaViolationDetails>, message?: string) {
    const { key, prefix, path, reason } = details;
    const where = path === '' ? 'the value' : path;
    super(
      'SchemaViolation',
      message ?? `${quote(key)} does not match the schema of ${quote(prefix)}: ${where} ${reason}`,
      details,
    );
    this.key = key;
    this.prefix = prefix;
    this.path = path;
    this.reason = reason;
  }
}

const invalidSchemaDetails = z.object({ reason: z.string() });

/** What is to be a schema is none, or one that nodes do not take. */
export class InvalidSchema extends QuorateError {
  declare readonly code: 'InvalidSchema';

  constructor(details: z.infer<typeof invalidSchemaDetails>, message?: string) {
    super('InvalidSchema', message ?? `not a schema: ${details.reason}`, details);
  }
}

const keysDoNotMatchDetails = z.object({ prefix: z.string(), failing: z.string() });

/** One of the keys that a schema cannot be set for. */
export interface FailingKey {
  readonly key: string;
  readonly path: string;
  readonly reason: string;
}

const failingKeys = z.array(z.object({ key: z.string(), path: z.string(), reason: z.string() }));

/** There are values below a prefix that do not match the schema that was to be set. Nothing was changed. */
export class KeysDoNotMatch extends QuorateError {
  declare readonly code: 'KeysDoNotMatch';
  readonly prefix: string;
  /** The first that were found, in their order; not all. */
  readonly failing: readonly FailingKey[];

  /** `failing` of the details is the list as JSON. */
  constructor(details: z.infer<typeof keysDoNotMatchDetails>, message?: string) {
    const failing = failingKeys.parse(JSON.parse(details.failing));
    super('KeysDoNotMatch', message ?? describeFailing(details.prefix, failing), details);
    this.prefix = details.prefix;
    this.failing = failing;
  }
}

function describeFailing(prefix: string, failing: readonly FailingKey[]): string {
  const shown = failing.map(({ key, path, reason }) => `${quote(key)}: ${path === '' ? 'the value' : path} ${reason}`);
  return `keys below ${quote(prefix)} do not match: ${shown.join('; ')}`;
}

const schemaChangedDetails = z.object({ prefix: z.string(), schemaRevision: decimalSchema });

/** The schema of a prefix is another by now than the one that a write was checked with. Nothing was written: checked again, it may be. */
export class SchemaChanged extends QuorateError {
  declare readonly code: 'SchemaChanged';
  readonly prefix: string;
  /** The version that counts, which is the index of the log entry that set it. */
  readonly schemaRevision: bigint;

  constructor(details: z.infer<typeof schemaChangedDetails>, message?: string) {
    const { prefix, schemaRevision } = details;
    super(
      'SchemaChanged',
      message ?? `the schema of ${quote(prefix)} is another since entry ${schemaRevision}; nothing was written`,
      details,
    );
    this.prefix = prefix;
    this.schemaRevision = BigInt(schemaRevision);
  }
}

const keysChangedDetails = z.object({ prefix: z.string(), checkedRevision: decimalSchema });

/** Keys below a prefix were written after they were looked at for the schema that was to be set. Nothing was changed: looked at again, it may be. */
export class KeysChanged extends QuorateError {
  declare readonly code: 'KeysChanged';

  constructor(details: z.infer<typeof keysChangedDetails>, message?: string) {
    const { prefix, checkedRevision } = details;
    super(
      'KeysChanged',
      message ?? `keys below ${quote(prefix)} were written after revision ${checkedRevision}, when they were checked`,
      details,
    );
  }
}

const tooManySchemasDetails = z.object({ limit: z.number() });

/** There are as many schemas as there may be. */
export class TooManySchemas extends QuorateError {
  declare readonly code: 'TooManySchemas';

  constructor(details: z.infer<typeof tooManySchemasDetails>, message?: string) {
    super('TooManySchemas', message ?? `there are ${details.limit} schemas, and no more are allowed`, details);
  }
}

/** How these errors are made from their data again, by code. */
export const schemaErrors: ReadonlyMap<string, ErrorBuilder> = new Map([
  [
    'SchemaViolation',
    errorBuilder(schemaViolationDetails, (details, message) => new SchemaViolation(details, message)),
  ],
  ['InvalidSchema', errorBuilder(invalidSchemaDetails, (details, message) => new InvalidSchema(details, message))],
  ['KeysDoNotMatch', errorBuilder(keysDoNotMatchDetails, (details, message) => new KeysDoNotMatch(details, message))],
  ['SchemaChanged', errorBuilder(schemaChangedDetails, (details, message) => new SchemaChanged(details, message))],
  ['KeysChanged', errorBuilder(keysChangedDetails, (details, message) => new KeysChanged(details, message))],
  ['TooManySchemas', errorBuilder(tooManySchemasDetails, (details, message) => new TooManySchemas(details, message))],
]);
