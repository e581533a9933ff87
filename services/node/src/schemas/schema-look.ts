import { setImmediate as nextTurn } from 'node:timers/promises';
import {
  changesTable,
  type FailingKey,
  KeysDoNotMatch,
  keysTable,
  type PossiblePut,
  type SetSchemaCommand,
  type TablesReader,
} from '@quorate/config-store';
import { type CompiledSchema, compileSchema } from './compile-schema.ts';
import { violationWithin } from './write-cost.ts';

/** So many keys that do not match are named. */
const maxFailing = 10;

/** Keys that are looked at between two turns of the event loop. */
const keysAtOnce = 32;

/** If more was changed since, all keys are looked at again. */
const maxChanges = 512;

/**
 * Holds all that is below a prefix against a schema that is to be set. The first look is at all keys; each further one, where some were written meanwhile, only at what was changed
 * since the one before: so it takes as long as a commit does, and not as a prefix of a million keys.
 */
export class SchemaLook {
  readonly #tables: TablesReader;
  readonly #prefix: string;
  readonly #schema: CompiledSchema;
  /** All that was there at this revision matches; null before the first look. */
  #checkedRevision: number | null = null;

  /** @throws {InvalidSchema} */
  constructor(tables: TablesReader, { prefix, schema }: SetSchemaCommand) {
    this.#tables = tables;
    this.#prefix = prefix;
    this.#schema = compileSchema(schema);
  }

  /** Looks, and gives the revision at which all matched. What is written after it the store looks at. @throws {KeysDoNotMatch} */
  async next(): Promise<number> {
    const { revision } = this.#tables.progress;
    const changed = this.#checkedRevision === null ? null : this.#changedSince(this.#checkedRevision);
    const failing = changed === null ? await this.#lookAtAll() : this.#failingOf(this.#putsOf(changed));
    if (failing.length > 0) {
      throw new KeysDoNotMatch({ prefix: this.#prefix, failing: JSON.stringify(failing.slice(0, maxFailing)) });
    }
    this.#checkedRevision = revision;
    return revision;
  }

  async #lookAtAll(): Promise<readonly FailingKey[]> {
    const failing: FailingKey[] = [];
    let after: string | null = null;
    while (failing.length < maxFailing) {
      const from: { readonly from: string; readonly after?: string } =
        after === null ? { from: this.#prefix } : { from: this.#prefix, after };
      const rows = this.#tables.range(keysTable, { ...from, limit: keysAtOnce });
      const below = rows.filter(({ key }) => key.startsWith(this.#prefix));
      failing.push(...this.#failingOf(below.map(({ key, row }) => ({ key, value: row.value }))));
      const last = rows.at(-1);
      if (last === undefined || below.length < keysAtOnce) break;
      after = last.key;
      await nextTurn();
    }
    return failing;
  }

  /** The keys below the prefix that were changed after a revision; null if those are many, or not known any more. Within one turn: history is swept between turns. */
  #changedSince(revision: number): ReadonlySet<string> | null {
    const keys = new Set<string>();
    let from = { revision: revision + 1, ordinal: 0 };
    if (revision < this.#tables.progress.revision && this.#tables.get(changesTable, from) === null) return null;
    for (let looked = 0; looked < maxChanges; looked += keysAtOnce) {
      const rows = this.#tables.range(changesTable, { from, limit: keysAtOnce });
      for (const { row } of rows) if (row.key.startsWith(this.#prefix)) keys.add(row.key);
      const last = rows.at(-1);
      if (last === undefined || rows.length < keysAtOnce) return keys;
      from = { revision: last.key.revision, ordinal: last.key.ordinal + 1 };
    }
    return null;
  }

  #putsOf(keys: ReadonlySet<string>): readonly PossiblePut[] {
    return [...keys].flatMap((key) => {
      const row = this.#tables.get(keysTable, key);
      return row === null ? [] : [{ key, value: row.value }];
    });
  }

  #failingOf(puts: readonly PossiblePut[]): readonly FailingKey[] {
    return puts.flatMap((put) => {
      const violation = violationWithin(this.#schema, put);
      return violation === null ? [] : [{ key: put.key, ...violation }];
    });
  }
}
