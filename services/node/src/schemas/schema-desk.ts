import {
  type BoundWrite,
  type Command,
  type ErrorData,
  InvalidSchema,
  putsOf,
  type SchemaRow,
  type SchemaRows,
  SchemaViolation,
  type SetSchemaCommand,
  type TablesReader,
} from '@quorate/config-store';
import { encodeCommand } from '@quorate/wire';
import { type CompiledSchema, compileSchema } from './compile-schema.ts';
import { HeldWrites, type HoldOnWrites } from './held-writes.ts';
import { SchemaLook } from './schema-look.ts';
import { costOf, maxWriteCost, tooMuch, violationIn } from './write-cost.ts';

/** What a desk looks at. */
export interface SchemaDeskOptions {
  readonly tables: TablesReader;
  /** The schemas by prefix: the same map as long as they stay as they are. */
  readonly schemas: () => SchemaRows;
}

/** Holds the values of writes against the schemas as this node has them, before they are proposed. */
export class SchemaDesk {
  readonly #options: SchemaDeskOptions;
  #compiled = new Map<SchemaRow, CompiledSchema | InvalidSchema>();
  #known: SchemaRows | null = null;
  readonly #held = new HeldWrites();
  /** By the command that is to set a schema, how far the look at its keys has come. */
  readonly #looks = new WeakMap<Command, SchemaLook>();

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
    const held = this.#held.waitFor(command);
    if (held !== null) return held.then(() => this.checked(command, body));
    const passedSchemas = this.#passed(command);
    return passedSchemas === null ? body : encodeCommand({ ...command, passedSchemas });
  }

  /** Whether this node has applied that for which a write was refused as checked with other schemas. */
  hasAppliedWhatRefused({ code, details }: ErrorData): boolean {
    return code !== 'SchemaChanged' || Number(details.schemaRevision) <= this.#options.tables.progress.lastApplied;
  }

  /** Has what is written below a prefix wait, until that is ended, and not for long. */
  hold(prefix: string): HoldOnWrites {
    return this.#held.hold(prefix);
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

  /** Looks at all that is below the prefix; a command that comes again, at what was changed since. */
  async #checkedSchema(command: SetSchemaCommand & Pick<BoundWrite, 'fence' | 'inSession'>): Promise<Uint8Array> {
    const look = this.#looks.get(command) ?? new SchemaLook(this.#options.tables, command);
    this.#looks.set(command, look);
    return encodeCommand({ ...command, checkedRevision: await look.next() });
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
