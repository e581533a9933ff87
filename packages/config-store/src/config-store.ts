import type { AppliedEntry, LogEntry, LogIndex, StateMachine, StreamNotice, Term } from '@quorate/raft';
import { type Change, changeNotice } from './change.ts';
import type { ConfigStoreCodec } from './codec.ts';
import {
  type Command,
  type CommandResult,
  checkCommand,
  checkQuery,
  type DeleteCommand,
  type PutCommand,
  type Query,
  type QueryAnswer,
} from './command.ts';
import { InvalidCommand, InvalidQuery, QuorateError, RevisionMismatch } from './errors.ts';
import { Compaction } from './history/compaction.ts';
import { OpenHistory } from './history/open-history.ts';
import { recordChanges, type StagedChange } from './history/record-changes.ts';
import { readPage } from './page.ts';
import { entryOf, type KeyRow, keysTable } from './tables/keys-table.ts';
import type { Progress, Tables, TablesWriter } from './tables/tables.ts';

/** What a config store is made of. */
export interface ConfigStoreOptions {
  readonly tables: Tables;
  readonly codec: ConfigStoreCodec;
  /** Names this group's stream of changes among all, such as `main.config`: every `Nats-Msg-Id` begins with it. */
  readonly stream: string;
}

/** What one command is to do: its result, and at most one change of each key. */
interface Outcome {
  readonly result: CommandResult;
  readonly changes: readonly StagedChange[];
}

const NOTHING = new Uint8Array(0);

/** The replicated config store: keys with values, each change of which has a revision. */
export class ConfigStore implements StateMachine {
  readonly #tables: Tables;
  readonly #codec: ConfigStoreCodec;
  readonly #stream: string;
  readonly #compaction = new Compaction();

  constructor(options: ConfigStoreOptions) {
    this.#tables = options.tables;
    this.#codec = options.codec;
    this.#stream = options.stream;
  }

  get lastApplied(): LogIndex {
    return this.#tables.progress.lastApplied;
  }

  get lastAppliedTerm(): Term {
    return this.#tables.progress.lastAppliedTerm;
  }

  /** The revision of the last change; 0 in an empty store. */
  get revision(): number {
    return this.#tables.progress.revision;
  }

  /** Of all that was changed: two stores that have come to the same revision differ in it if they differ at all. */
  get stateHash(): number {
    return this.#tables.progress.stateHash;
  }

  /** @throws {RangeError} if the entries do not continue at lastApplied + 1: an invariant, and nothing is applied */
  apply(entries: readonly LogEntry[]): readonly AppliedEntry[] {
    if (entries.length === 0) return [];
    return this.#tables.transaction((writer) => {
      const history = new OpenHistory(writer);
      return entries.map((entry) => this.#applyOne(writer, history, entry));
    });
  }

  query(query: Uint8Array): Uint8Array {
    return this.#codec.encodeAnswer(this.#answer(query));
  }

  #applyOne(writer: TablesWriter, history: OpenHistory, entry: LogEntry): AppliedEntry {
    const before = writer.progress;
    assertFollows(before, entry);
    const outcome = entry.kind === 'command' ? this.#run(writer, entry) : null;
    const staged = outcome?.changes ?? [];
    const recorded = staged.length === 0 ? null : recordChanges(writer, staged, entry, history.row);
    const { revision, stateHash, changes } = recorded ?? { ...before, changes: [] };
    writer.setProgress({ lastApplied: entry.index, lastAppliedTerm: entry.term, revision, stateHash });
    this.#compaction.afterEntry(writer, history, entry.timestampUs, changes.length);
    return {
      entry,
      result: outcome === null ? NOTHING : this.#codec.encodeResult(outcome.result),
      noticeCount: changes.length,
      notices: () => changes.map((change) => this.#notice(change, entry)),
    };
  }

  #run(writer: TablesWriter, entry: LogEntry): Outcome {
    const command = this.#commandOf(entry.command);
    if (command instanceof QuorateError) return failed(command);
    const current = writer.get(keysTable, command.key);
    const mismatch = revisionMismatch(command, current);
    if (mismatch !== null) return failed(mismatch);
    const { revision } = writer.progress;
    if (command.kind === 'put') return put(command, current, revision + 1);
    return current === null ? deletedNothing(revision) : remove(command, current, revision + 1);
  }

  /** What was checked before it was proposed is checked again: a log outlives the version that wrote it. */
  #commandOf(bytes: Uint8Array): Command | QuorateError {
    try {
      const command = this.#codec.decodeCommand(bytes);
      checkCommand(command);
      return command;
    } catch (error) {
      return error instanceof QuorateError ? error : new InvalidCommand({ reason: 'it does not decode' });
    }
  }

  #queryOf(bytes: Uint8Array): Query | QuorateError {
    try {
      const query = this.#codec.decodeQuery(bytes);
      checkQuery(query);
      return query;
    } catch (error) {
      return error instanceof QuorateError ? error : new InvalidQuery({ reason: 'it does not decode' });
    }
  }

  #answer(bytes: Uint8Array): QueryAnswer {
    const { revision, lastApplied: appliedIndex } = this.#tables.progress;
    const query = this.#queryOf(bytes);
    if (query instanceof QuorateError) return { kind: 'failed', error: query.toData(), appliedIndex };
    if (query.kind === 'list') return { kind: 'list', ...readPage(this.#tables, query), revision, appliedIndex };
    const row = this.#tables.get(keysTable, query.key);
    return { kind: 'get', entry: row === null ? null : entryOf(query.key, row), revision, appliedIndex };
  }

  #notice(change: Change, entry: LogEntry): StreamNotice {
    return changeNotice(change, { entry, stream: this.#stream, body: this.#codec.encodeChange(change) });
  }
}

function assertFollows(progress: Progress, entry: LogEntry): void {
  if (entry.index !== progress.lastApplied + 1) {
    throw new RangeError(`entry ${entry.index} cannot be applied after ${progress.lastApplied}`);
  }
  if (entry.term < progress.lastAppliedTerm) {
    throw new RangeError(`entry ${entry.index} of term ${entry.term} cannot follow term ${progress.lastAppliedTerm}`);
  }
}

function revisionMismatch(command: Command, current: KeyRow | null): RevisionMismatch | null {
  const actual = current?.modRevision ?? 0;
  if (command.ifRevision === undefined || command.ifRevision === actual) return null;
  return new RevisionMismatch({ key: command.key, expected: String(command.ifRevision), actual: String(actual) });
}

const failed = (error: QuorateError): Outcome => ({ result: { kind: 'failed', error: error.toData() }, changes: [] });

function put({ key, value }: PutCommand, before: KeyRow | null, revision: number): Outcome {
  const change: StagedChange = { op: 'put', key, value, contentType: null, before };
  return { result: { kind: 'put', revision }, changes: [change] };
}

function remove({ key }: DeleteCommand, before: KeyRow, revision: number): Outcome {
  return { result: { kind: 'delete', revision, deleted: true }, changes: [{ op: 'delete', key, before }] };
}

/** Nothing has changed, so the revision stays. */
const deletedNothing = (revision: number): Outcome => ({
  result: { kind: 'delete', revision, deleted: false },
  changes: [],
});
