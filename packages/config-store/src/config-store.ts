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
import { readPage } from './page.ts';
import type { Progress, StoredEntry, Tables, TablesWriter } from './tables.ts';

/** What a config store is made of. */
export interface ConfigStoreOptions {
  readonly tables: Tables;
  readonly codec: ConfigStoreCodec;
  /** Names this group's stream of changes among all, such as `main.config`: every `Nats-Msg-Id` begins with it. */
  readonly stream: string;
}

/** What one command did: its result, and at most one change of each key. */
interface Outcome {
  readonly result: CommandResult;
  readonly changes: readonly Change[];
}

const NOTHING = new Uint8Array(0);

/** The replicated config store: keys with values, each change of which has a revision. */
export class ConfigStore implements StateMachine {
  readonly #tables: Tables;
  readonly #codec: ConfigStoreCodec;
  readonly #stream: string;

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

  /** @throws {RangeError} if the entries do not continue at lastApplied + 1: an invariant, and nothing is applied */
  apply(entries: readonly LogEntry[]): readonly AppliedEntry[] {
    if (entries.length === 0) return [];
    return this.#tables.transaction((writer) => entries.map((entry) => this.#applyOne(writer, entry)));
  }

  query(query: Uint8Array): Uint8Array {
    return this.#codec.encodeAnswer(this.#answer(query));
  }

  #applyOne(writer: TablesWriter, entry: LogEntry): AppliedEntry {
    const before = writer.progress;
    assertFollows(before, entry);
    const outcome = entry.kind === 'command' ? this.#run(writer, entry) : null;
    const changes = outcome?.changes ?? [];
    const revision = before.revision + (changes.length > 0 ? 1 : 0);
    writer.setProgress({ lastApplied: entry.index, lastAppliedTerm: entry.term, revision });
    return {
      entry,
      result: outcome === null ? NOTHING : this.#codec.encodeResult(outcome.result),
      noticeCount: changes.length,
      notices: () => changes.map((change, ordinal) => this.#notice(change, entry, ordinal)),
    };
  }

  #run(writer: TablesWriter, entry: LogEntry): Outcome {
    const command = this.#commandOf(entry.command);
    if (command instanceof QuorateError) return failed(command);
    const current = writer.get(command.key);
    const mismatch = revisionMismatch(command, current);
    if (mismatch !== null) return failed(mismatch);
    const { index, timestampUs } = entry;
    const at = { revision: writer.progress.revision + 1, index, timestampUs };
    if (command.kind === 'put') return put(writer, command, current, at);
    if (current === null) return deletedNothing(writer.progress.revision);
    return remove(writer, command, at);
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
    return { kind: 'get', entry: this.#tables.get(query.key), revision, appliedIndex };
  }

  #notice(change: Change, entry: LogEntry, ordinal: number): StreamNotice {
    return changeNotice(change, { entry, ordinal, stream: this.#stream, body: this.#codec.encodeChange(change) });
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

function revisionMismatch(command: Command, current: StoredEntry | null): RevisionMismatch | null {
  const actual = current?.modRevision ?? 0;
  if (command.ifRevision === undefined || command.ifRevision === actual) return null;
  return new RevisionMismatch({ key: command.key, expected: String(command.ifRevision), actual: String(actual) });
}

const failed = (error: QuorateError): Outcome => ({ result: { kind: 'failed', error: error.toData() }, changes: [] });

/** Where a change stands. */
interface ChangePlace {
  readonly revision: number;
  readonly index: LogIndex;
  readonly timestampUs: number;
}

function put(writer: TablesWriter, command: PutCommand, current: StoredEntry | null, at: ChangePlace): Outcome {
  const { key, value } = command;
  const createRevision = current?.createRevision ?? at.revision;
  const version = (current?.version ?? 0) + 1;
  writer.put({ key, value, createRevision, modRevision: at.revision, version });
  return {
    result: { kind: 'put', revision: at.revision },
    changes: [{ op: 'put', key, value, createRevision, version, ...at }],
  };
}

function remove(writer: TablesWriter, command: DeleteCommand, at: ChangePlace): Outcome {
  writer.delete(command.key);
  return {
    result: { kind: 'delete', revision: at.revision, deleted: true },
    changes: [{ op: 'delete', key: command.key, ...at }],
  };
}

/** Nothing has changed, so the revision stays. */
const deletedNothing = (revision: number): Outcome => ({
  result: { kind: 'delete', revision, deleted: false },
  changes: [],
});
