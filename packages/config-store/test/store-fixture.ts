import { type AppliedEntry, type EntryFields, type EntryKind, type LogEntry, logIndex, term } from '@quorate/raft';
import {
  type Command,
  type CommandResult,
  ConfigStore,
  MemoryTables,
  type Query,
  type QueryAnswer,
} from '../src/index.ts';
import { fromBytes, jsonCodec, toBytes } from './json-codec.ts';

/** The timestamp of the entry at `index`. */
export const timeOf = (index: number): number => 1_700_000_000_000_000 + index;

/** An entry as the log would hold it. */
export function entryAt(
  index: number,
  options: { kind?: EntryKind; command?: Uint8Array; term?: number; fields?: EntryFields; logTimeMs?: number } = {},
): LogEntry {
  return {
    index: logIndex(index),
    term: term(options.term ?? 1),
    timestampUs: timeOf(index),
    logTimeMs: options.logTimeMs ?? index,
    kind: options.kind ?? 'command',
    command: options.command ?? new Uint8Array(0),
    ...(options.fields === undefined ? {} : { fields: options.fields }),
  };
}

/** A store over memory, driven as the applier would drive it. */
export class StoreFixture {
  readonly tables = new MemoryTables();
  readonly store = new ConfigStore({ tables: this.tables, codec: jsonCodec, stream: 'main.config' });

  entry(command: Command, fields?: EntryFields): LogEntry {
    const bytes = toBytes(command);
    return entryAt(this.store.lastApplied + 1, { command: bytes, ...(fields === undefined ? {} : { fields }) });
  }

  applyBytes(command: Uint8Array): CommandResult {
    return resultOf(this.applyEntry(entryAt(this.store.lastApplied + 1, { command })));
  }

  applyEntry(entry: LogEntry): AppliedEntry {
    const [applied] = this.store.apply([entry]);
    if (applied === undefined) throw new Error('the entry was not applied');
    return applied;
  }

  run(command: Command): CommandResult {
    return resultOf(this.applyEntry(this.entry(command)));
  }

  put(key: string, value: Uint8Array = new Uint8Array(0), ifRevision?: number): CommandResult {
    return this.run({ kind: 'put', key, value, ...(ifRevision === undefined ? {} : { ifRevision }) });
  }

  delete(key: string, ifRevision?: number): CommandResult {
    return this.run({ kind: 'delete', key, ...(ifRevision === undefined ? {} : { ifRevision }) });
  }

  get(key: string, revision: number | null = null): QueryAnswer & { kind: 'get' } {
    return this.ask({ kind: 'get', key, revision });
  }

  ask<Kind extends Query['kind']>(query: Query & { kind: Kind }): QueryAnswer & { kind: Kind } {
    const answer = this.askAny(query);
    if (answer.kind !== query.kind) throw new Error(`got ${JSON.stringify(answer)}`);
    return answer as QueryAnswer & { kind: Kind };
  }

  askAny(query: unknown): QueryAnswer {
    return fromBytes<QueryAnswer>(this.store.query(toBytes(query)));
  }

  list(prefix: string, after: string | null = null, limit = 100): QueryAnswer & { kind: 'list' } {
    return this.ask({ kind: 'list', keys: { prefix }, after, limit, revision: null, keysOnly: false });
  }
}

/** The result of an applied command. */
export const resultOf = (applied: AppliedEntry): CommandResult => fromBytes<CommandResult>(applied.result);
