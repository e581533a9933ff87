import { setImmediate as nextTurn } from 'node:timers/promises';
import {
  type BoundWrite,
  type Command,
  type ErrorData,
  type FailingKey,
  InvalidSchema,
  KeysDoNotMatch,
  keysTable,
  type PossiblePut,
  putsOf,
  type SchemaRow,
  type SchemaRows,
  SchemaViolation,
  type SetSchemaCommand,
  type TablesReader,
} from '@quorate/config-store';
import { encodeCommand } from '@quorate/wire';
import { type CompiledSchema, compileSchema, type Violation } from './compile-schema.ts';

/** What a desk looks at. */
export interface SchemaDeskOptions {
  readonly tables: TablesReader;
  /** The schemas by prefix: the same map as long as they stay as they are. */
  readonly schemas: () => SchemaRows;
}

/** The most that a write may cost to look at: bytes of values, each by the cost of the schemas that it has to match. Less than a second, and most of it is never reached. */
const maxWriteCost = 50_000_000;

/** So many keys that do not match are named. */
const maxFailing = 10;

/** Keys that are looked at between two turns of the event loop. */
const keysAtOnce = 32;

/** Holds the values of writes against the schemas as this node has them, before they are proposed. */
export class SchemaDesk {
  readonly #options: SchemaDeskOptions;
  #compiled = new Map<SchemaRow, CompiledSchema | InvalidSchema>();
  #known: SchemaRows | null = null;

  constructor(options: SchemaDeskOptions) {
    this.#options = options;
  }

  /**
   * The bytes of a command as it is to be proposed: as they came, or with the version of the schemas that it has passed.
   * @throws {SchemaViolation} at once; of a schema that is to be set {InvalidSchema | KeysDoNotMatch}, by the promise
   */
  checked(command: Command, body: Uint8Array): Uint8Array | Promise<Uint8Array> {
    if (command.kind === 'setSchema') return this.#checkedSchema(command);
    if (command.kind !== 'put' && command.kind !== 'txn') return body;
    const passedSchemas = this.#passed(command);
    return passedSchemas === null ? body : encodeCommand({ ...command, passedSchemas });
  }

  /** Whether this node has applied that for which a write was refused as checked with other schemas. */
  hasAppliedWhatRefused({ code, details }: ErrorData): boolean {
    return code !== 'SchemaChanged' || Number(details.schemaRevision) <= this.#options.tables.progress.lastApplied;
  }

  /** The version of the schemas that a write has passed; null if none has a say. @throws {SchemaViolation} */
  #passed(write: BoundWrite): number | null {
    const rows = this.#options.schemas();
    if (rows.size === 0) return null;
    let passed: number | null = null;
    let cost = 0;
    for (const put of putsOf(write)) {
      for (const [prefix, row] of rows) {
        if (!put.key.startsWith(prefix)) continue;
        const schema = this.#compiledOf(row, rows);
        cost += costOf(schema, put);
        const violation = cost > maxWriteCost ? tooMuch(put) : violationIn(schema, put);
        if (violation !== null) throw new SchemaViolation({ key: put.key, prefix, ...violation });
        passed = Math.max(passed ?? 0, row.schemaRevision);
      }
    }
    return passed;
  }

  /** Looks at all that is below the prefix, as it is now or later: what is written after the revision that it began with, the store looks at. */
  async #checkedSchema(command: SetSchemaCommand & Pick<BoundWrite, 'fence' | 'inSession'>): Promise<Uint8Array> {
    const schema = compileSchema(command.schema);
    const { tables } = this.#options;
    const { prefix } = command;
    const { revision: checkedRevision } = tables.progress;
    const failing: FailingKey[] = [];
    let after: string | null = null;
    for (;;) {
      const from: { readonly from: string; readonly after?: string } =
        after === null ? { from: prefix } : { from: prefix, after };
      const rows = tables.range(keysTable, { ...from, limit: keysAtOnce });
      for (const { key, row } of rows) {
        if (!key.startsWith(prefix)) return finished();
        const put = { key, value: row.value };
        const violation = costOf(schema, put) > maxWriteCost ? tooMuch(put) : violationIn(schema, put);
        if (violation !== null) failing.push({ key, ...violation });
        if (failing.length === maxFailing) return finished();
      }
      const last = rows.at(-1);
      if (last === undefined || rows.length < keysAtOnce) return finished();
      after = last.key;
      await nextTurn();
    }

    function finished(): Uint8Array {
      if (failing.length > 0) throw new KeysDoNotMatch({ prefix, failing: JSON.stringify(failing) });
      return encodeCommand({ ...command, checkedRevision });
    }
  }

  #compiledOf(row: SchemaRow, rows: SchemaRows): CompiledSchema | InvalidSchema {
    if (rows !== this.#known) this.#forgetOthers(rows);
    const known = this.#compiled.get(row);
    if (known !== undefined) return known;
    const compiled = compiledOrError(row.schema);
    this.#compiled.set(row, compiled);
    return compiled;
  }

  #forgetOthers(rows: SchemaRows): void {
    const current = new Set(rows.values());
    this.#compiled = new Map([...this.#compiled].filter(([row]) => current.has(row)));
    this.#known = rows;
  }
}

/** Another version may have taken it. */
function compiledOrError(schema: string): CompiledSchema | InvalidSchema {
  try {
    return compileSchema(schema);
  } catch (error) {
    if (error instanceof InvalidSchema) return error;
    throw error;
  }
}

const costOf = (schema: CompiledSchema | InvalidSchema, { value }: PossiblePut): number =>
  schema instanceof InvalidSchema ? 0 : schema.cost * value.length;

const violationIn = (schema: CompiledSchema | InvalidSchema, { value }: PossiblePut): Violation | null =>
  schema instanceof InvalidSchema
    ? { path: '', reason: `cannot be looked at by this node: ${schema.message}` }
    : schema.violation(value);

const tooMuch = ({ value }: PossiblePut): Violation => ({
  path: '',
  reason: `of ${value.length} bytes is too large for this schema, or one of too many: looking at it could take too long`,
});
