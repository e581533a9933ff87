import type { LogEntry, LogIndex } from '@quorate/raft';
import type { BoundWrite } from '../command.ts';
import { readHistory } from '../history/open-history.ts';
import type { StateHash } from '../state-hash/state-hash.ts';
import { changesTable } from '../tables/changes-table.ts';
import { type SchemaRow, schemasTable } from '../tables/schemas-table.ts';
import type { TablesReader, TablesWriter } from '../tables/tables.ts';
import { compareUtf8 } from '../utf8.ts';
import { KeysChanged, SchemaChanged, TooManySchemas } from './errors.ts';
import { MAX_CHANGES_SINCE_CHECK, MAX_SCHEMAS } from './limits.ts';
import { putsOf } from './puts-of.ts';
import type { SchemaCommand, SchemaResult, SetSchemaCommand } from './schema-commands.ts';

/** The schemas by prefix, in the order of these. */
export type SchemaRows = ReadonlyMap<string, SchemaRow>;

/**
 * The schemas while entries are applied. What is in them no state machine looks at, so that versions of a validator cannot part the nodes: the node that proposes a write looks at its values, and says
 * by which version of the schemas it did; here that is compared, and nothing else.
 */
export class Schemas {
  #rows: SchemaRows = new Map();
  /** As of the entry at this index: whoever has come to another one otherwise, from a snapshot, has other schemas. */
  #index: LogIndex | null = null;

  /** The schemas as of the progress of `tables`; the same map as long as they stay as they are. */
  read(tables: TablesReader): SchemaRows {
    const { lastApplied } = tables.progress;
    if (this.#index !== lastApplied) {
      this.#rows = new Map(tables.range(schemasTable, { limit: MAX_SCHEMAS }).map(({ key, row }) => [key, row]));
      this.#index = lastApplied;
    }
    return this.#rows;
  }

  /** The entry at `index` was applied. */
  applied(index: LogIndex): void {
    if (this.#index === index - 1) this.#index = index;
  }

  /** Whether a write was checked with the schemas as they are. @throws {SchemaChanged} */
  assertPassed(tables: TablesReader, write: BoundWrite): void {
    const rows = this.read(tables);
    if (rows.size === 0) return;
    const { passedSchemas = 0 } = write;
    for (const { key } of putsOf(write)) {
      for (const [prefix, { schemaRevision }] of rows) {
        if (schemaRevision <= passedSchemas || !key.startsWith(prefix)) continue;
        throw new SchemaChanged({ prefix, schemaRevision: String(schemaRevision) });
      }
    }
  }

  /** @throws {TooManySchemas} */
  run(writer: TablesWriter, command: SchemaCommand, entry: LogEntry, hash: StateHash): SchemaResult {
    const rows = this.read(writer);
    const { prefix } = command;
    switch (command.kind) {
      case 'setSchema': {
        if (!rows.has(prefix) && rows.size >= MAX_SCHEMAS) throw new TooManySchemas({ limit: MAX_SCHEMAS });
        const row = { schema: command.schema, schemaRevision: entry.index };
        writer.put(schemasTable, prefix, row);
        hash.text(prefix);
        hash.text(command.schema);
        this.#rows = new Map([...rows, [prefix, row] as const].sort(([one], [other]) => compareUtf8(one, other)));
        return { kind: 'setSchema', schemaRevision: entry.index };
      }
      case 'deleteSchema': {
        const deleted = rows.has(prefix);
        if (!deleted) return { kind: 'deleteSchema', deleted };
        writer.delete(schemasTable, prefix);
        hash.text(prefix);
        this.#rows = new Map([...rows].filter(([one]) => one !== prefix));
        return { kind: 'deleteSchema', deleted };
      }
      default:
        return command satisfies never;
    }
  }
}

/** Whether no key below the prefix of a schema that is to be set was put since all of them were found to match. It looks at the changes since, of which there may be so many; where they are not kept any more nobody knows. @throws {KeysChanged} */
export function assertUnchanged(tables: TablesReader, { prefix, checkedRevision }: SetSchemaCommand): void {
  const since = (checkedRevision ?? 0) + 1;
  const { revision } = tables.progress;
  if (since > revision) return;
  const changed = (): KeysChanged => new KeysChanged({ prefix, checkedRevision: String(since - 1) });
  if (checkedRevision === null || since < readHistory(tables).oldestRevision) throw changed();
  if (revision - since >= MAX_CHANGES_SINCE_CHECK) throw changed();
  let after = { revision: since, ordinal: -1 };
  for (let looked = 0; looked < MAX_CHANGES_SINCE_CHECK; looked += readAtOnce) {
    const from = { revision: after.revision, ordinal: after.ordinal + 1 };
    const rows = tables.range(changesTable, { from, limit: readAtOnce });
    for (const { row } of rows) if (row.op === 'put' && row.key.startsWith(prefix)) throw changed();
    const last = rows.at(-1);
    if (last === undefined || rows.length < readAtOnce) return;
    after = last.key;
  }
  throw changed();
}

/** Values may be large. */
const readAtOnce = 16;
