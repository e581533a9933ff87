import type { AppliedEntry, LogEntry, LogIndex, StateMachine, StreamNotice, Term } from '@quorate/raft';
import { answerQuery } from './answer-query.ts';
import { type Change, changeNotice } from './change.ts';
import { checkCommand, checkQuery } from './check-command.ts';
import type { ConfigStoreCodec } from './codec.ts';
import type { Command, QueryAnswer } from './command.ts';
import { InvalidCommand, InvalidQuery } from './errors.ts';
import { Compaction } from './history/compaction.ts';
import { OpenHistory, readHistory } from './history/open-history.ts';
import { recordChanges } from './history/record-changes.ts';
import { LeaseDue } from './lease/lease-due.ts';
import { Leases } from './lease/leases.ts';
import type { EncodedOutcome, Outcome } from './outcome.ts';
import { QuorateError } from './quorate-error.ts';
import { KnownQuotas } from './quota/known-quotas.ts';
import { Quotas } from './quota/quotas.ts';
import { type RunningStore, runCommand } from './run-command.ts';
import { assertUnchanged, type SchemaRows, Schemas } from './schema/schemas.ts';
import { KnownSessions } from './session/known-sessions.ts';
import { SessionExpiry } from './session/session-expiry.ts';
import { Sessions } from './session/sessions.ts';
import { StateHash } from './state-hash/state-hash.ts';
import { stateHashAt } from './state-hash/state-hash-at.ts';
import type { Progress, Tables } from './tables/tables.ts';
import { TransactionTooLarge } from './transaction/errors.ts';
import { MAX_COMMAND_BYTES } from './transaction/limits.ts';
import { readWatchPage } from './watch/read-watch-page.ts';
import type { WatchPage, WatchRequest } from './watch/watch.ts';

/** What a config store is made of. */
export interface ConfigStoreOptions {
  readonly tables: Tables;
  readonly codec: ConfigStoreCodec;
  /** Names this group's stream of changes among all, such as `main.config`: every `Nats-Msg-Id` begins with it. */
  readonly stream: string;
  /** Told when the store has come to another revision: whoever reads its changes finds more. It must not throw, and is called before what was applied is answered. */
  readonly changed?: () => void;
}

const NOTHING = new Uint8Array(0);

/** The replicated config store: keys with values, each change of which has a revision. */
export class ConfigStore implements StateMachine {
  readonly #tables: Tables;
  readonly #codec: ConfigStoreCodec;
  readonly #stream: string;
  readonly #changed: () => void;
  readonly #compaction = new Compaction();
  readonly #sessionExpiry = new SessionExpiry();
  readonly #knownSessions = new KnownSessions();
  readonly #leaseDue = new LeaseDue();
  readonly #knownQuotas = new KnownQuotas();
  readonly #schemas = new Schemas();

  constructor(options: ConfigStoreOptions) {
    this.#tables = options.tables;
    this.#codec = options.codec;
    this.#stream = options.stream;
    this.#changed = options.changed ?? (() => {});
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

  /** Of all that was changed, keys, sessions, leases and history alike: two stores to which the same was applied differ in it if they have parted. */
  get stateHash(): number {
    return this.#tables.progress.stateHash;
  }

  /** The first revision that can be read, and watched from. */
  get oldestRevision(): number {
    return readHistory(this.#tables).oldestRevision;
  }

  /** The schemas by prefix, as of all that is applied: the same map as long as they stay as they are. */
  get schemas(): SchemaRows {
    return this.#schemas.read(this.#tables);
  }

  /** When the next lease is over, or is to be looked at. */
  get dueAtLogTimeMs(): number | null {
    return this.#leaseDue.atMs(this.#tables);
  }

  /** @throws {RangeError} if the entries do not continue at lastApplied + 1: an invariant, and nothing is applied */
  apply(entries: readonly LogEntry[]): readonly AppliedEntry[] {
    if (entries.length === 0) return [];
    const { revision } = this;
    const applied = this.#applyAll(entries);
    if (this.revision !== revision) this.#changed();
    return applied;
  }

  query(query: Uint8Array): Uint8Array {
    return this.#codec.encodeAnswer(this.#answer(query));
  }

  /** What happened to some keys from one place on, as far as it is applied here. @throws {RevisionCompacted} if some of it is not kept any more */
  watch(request: WatchRequest): WatchPage {
    return readWatchPage(this.#tables, request);
  }

  /** The hash of the state after a revision; null if history does not go back so far, or it is not there yet. */
  stateHashAt(revision: number): number | null {
    return stateHashAt(this.#tables, revision);
  }

  #applyAll(entries: readonly LogEntry[]): readonly AppliedEntry[] {
    const { lastApplied } = this;
    return this.#tables.transaction((writer) => {
      const hash = new StateHash(0);
      const sessions = new Sessions(writer, this.#sessionExpiry, hash, this.#knownSessions);
      const leases = new Leases(writer, hash);
      const history = new OpenHistory(writer, hash);
      const quotas = new Quotas(writer, this.#knownQuotas.read(writer), hash);
      const store = {
        writer,
        hash,
        history,
        compaction: this.#compaction,
        sessions,
        leases,
        quotas,
        schemas: this.#schemas,
      };
      const applied = entries.map((entry) => this.#applyOne(store, entry));
      sessions.store();
      quotas.store();
      this.#knownQuotas.know(quotas.rows, writer.progress.lastApplied);
      this.#leaseDue.applied(lastApplied, writer.progress.lastApplied, leases.isTouched);
      return applied;
    });
  }

  #applyOne(store: RunningStore, entry: LogEntry): AppliedEntry {
    const { writer, hash, history, compaction, sessions, leases, quotas } = store;
    const before = writer.progress;
    assertFollows(before, entry);
    hash.goOnFrom(before.stateHash);
    if (entry.term > before.lastAppliedTerm) leases.leaderChanged(entry);
    const { result, changes: staged, client = null } = this.#outcomeOf(store, entry);
    const recorded =
      staged.length === 0 ? null : recordChanges(writer, staged, entry, { history: history.row, hash, client });
    leases.changed(staged);
    quotas.changed(staged);
    const { revision } = recorded ?? before;
    const changes = recorded?.changes ?? [];
    const progress = { lastApplied: entry.index, lastAppliedTerm: entry.term, revision };
    writer.setProgress({ ...progress, stateHash: before.stateHash });
    compaction.afterEntry(writer, history, entry.timestampUs, changes.length);
    sessions.afterEntry(entry);
    quotas.afterEntry();
    writer.setProgress({ ...progress, stateHash: hash.value });
    store.schemas.applied(entry.index);
    return {
      entry,
      result,
      noticeCount: changes.length,
      notices: () => changes.map((change) => this.#notice(change, entry)),
    };
  }

  /** A no-op brings the leader's time: what is over by it goes. */
  #outcomeOf(store: RunningStore, entry: LogEntry): EncodedOutcome {
    switch (entry.kind) {
      case 'command':
        return this.#run(store, entry);
      case 'noop':
        return { result: NOTHING, changes: store.leases.expire(entry) };
      default:
        return { result: NOTHING, changes: [] };
    }
  }

  /** Whatever is wrong with a command is its result, on every node the same. */
  #run(store: RunningStore, entry: LogEntry): EncodedOutcome {
    return this.#orFailure(() => {
      const command = this.#commandOf(entry.command);
      const place = 'inSession' in command ? command.inSession : undefined;
      const checkSchemas = (): void => {
        if (command.kind === 'setSchema') assertUnchanged(store.writer, command);
        if ('key' in command || command.kind === 'txn') store.schemas.assertPassed(store.writer, command);
      };
      if (place === undefined) {
        checkSchemas();
        return this.#done(store, command, entry);
      }
      return store.sessions.once(place, entry, (checkResult) => {
        // Not within what is kept: checked with the schema that counts, the same write may come again, and be done.
        checkSchemas();
        return this.#orFailure(() => {
          const outcome = this.#done(store, command, entry);
          // What writes as it goes has a small result, which has room in any case; a transaction has only said by now what it would change.
          checkResult(outcome.result);
          return outcome;
        });
      });
    });
  }

  #done(store: RunningStore, command: Command, entry: LogEntry): EncodedOutcome {
    const outcome = this.#encoded(runCommand(store, command, entry));
    return 'client' in command && command.client !== undefined ? { ...outcome, client: command.client } : outcome;
  }

  #encoded({ result, changes }: Outcome): EncodedOutcome {
    return { result: this.#codec.encodeResult(result), changes };
  }

  #orFailure(run: () => EncodedOutcome): EncodedOutcome {
    try {
      return run();
    } catch (error) {
      if (!(error instanceof QuorateError)) throw error;
      return {
        ...this.#encoded({ result: { kind: 'failed', error: error.toData() }, changes: [] }),
        failure: error.code,
      };
    }
  }

  /** What was checked before it was proposed is checked again: a log outlives the version that wrote it. @throws {QuorateError} */
  #commandOf(bytes: Uint8Array): Command {
    if (bytes.length > MAX_COMMAND_BYTES) {
      throw new TransactionTooLarge({ what: 'bytes', actual: bytes.length, limit: MAX_COMMAND_BYTES });
    }
    const command = decoded(() => this.#codec.decodeCommand(bytes), InvalidCommand);
    checkCommand(command);
    return command;
  }

  #answer(bytes: Uint8Array): QueryAnswer {
    try {
      const query = decoded(() => this.#codec.decodeQuery(bytes), InvalidQuery);
      checkQuery(query);
      return answerQuery(this.#tables, query);
    } catch (error) {
      if (!(error instanceof QuorateError)) throw error;
      return { kind: 'failed', error: error.toData(), appliedIndex: this.lastApplied };
    }
  }

  #notice(change: Change, entry: LogEntry): StreamNotice {
    return changeNotice(change, { entry, stream: this.#stream, body: this.#codec.encodeChange(change) });
  }
}

/** What a codec gives; whatever it throws is an error that says that it could not. */
function decoded<Decoded>(
  decode: () => Decoded,
  Invalid: new (details: { readonly reason: string }) => QuorateError,
): Decoded {
  try {
    return decode();
  } catch (error) {
    throw error instanceof QuorateError ? error : new Invalid({ reason: 'it does not decode' });
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
