import type { ErrorData } from './errors.ts';
import { InvalidCommand, InvalidQuery } from './errors.ts';
import { checkAfter, checkKey, checkPageLimit, checkPrefix, checkRevision, checkValue } from './limits.ts';
import type { StoredEntry } from './tables/keys-table.ts';

/** Writes a key. */
export interface PutCommand {
  readonly kind: 'put';
  readonly key: string;
  readonly value: Uint8Array;
  /** Write only if the key was last changed at this revision; 0: only if it does not exist. */
  readonly ifRevision?: number;
}

/** Removes a key. */
export interface DeleteCommand {
  readonly kind: 'delete';
  readonly key: string;
  /** Remove only if the key was last changed at this revision; 0: it is expected not to exist. */
  readonly ifRevision?: number;
}

/** What the log carries for the store: a transaction that may change it. */
export type Command = PutCommand | DeleteCommand;

/** Reads one key. */
export interface GetQuery {
  readonly kind: 'get';
  readonly key: string;
}

/** Reads a page of the keys that begin with `prefix`, in the order of their UTF-8 bytes. */
export interface ListQuery {
  readonly kind: 'list';
  /** Empty for all keys. */
  readonly prefix: string;
  /** The last key of the page before, or null for the first page. */
  readonly after: string | null;
  /** At most so many entries. A page may have fewer, since its bytes are bounded too: `more` says whether it is the last. */
  readonly limit: number;
}

/** What the store is asked. */
export type Query = GetQuery | ListQuery;

/** What became of a command. `revision` is the store's after it: that of the change, if it made one. */
export type CommandResult =
  | { readonly kind: 'put'; readonly revision: number }
  | { readonly kind: 'delete'; readonly revision: number; readonly deleted: boolean }
  | { readonly kind: 'failed'; readonly error: ErrorData };

/** What a query gets. `revision` and `appliedIndex` are those of the state that it was answered from. */
export type QueryAnswer =
  | {
      readonly kind: 'get';
      readonly entry: StoredEntry | null;
      readonly revision: number;
      readonly appliedIndex: number;
    }
  | {
      readonly kind: 'list';
      readonly entries: readonly StoredEntry[];
      /** Whether keys of the prefix come after this page. */
      readonly more: boolean;
      readonly revision: number;
      readonly appliedIndex: number;
    }
  | { readonly kind: 'failed'; readonly error: ErrorData; readonly appliedIndex: number };

/**
 * Checks a command before it is proposed; the store checks it again when it applies it.
 * @throws {InvalidKey | KeyTooLarge | ValueTooLarge | InvalidRevision | InvalidCommand}
 */
export function checkCommand(command: Command): void {
  // A caller in plain JavaScript is bound by no type.
  if (typeof command.key !== 'string') throw new InvalidCommand({ reason: 'the key is no text' });
  checkKey(command.key);
  if (command.kind === 'put') {
    if (!(command.value instanceof Uint8Array)) throw new InvalidCommand({ reason: 'the value is no bytes' });
    checkValue(command.value);
  }
  if (command.ifRevision !== undefined) checkRevision(command.ifRevision);
}

/** Checks a query before it is sent, and before it is answered. @throws {InvalidKey | KeyTooLarge | InvalidLimit | InvalidQuery} */
export function checkQuery(query: Query): void {
  if (query.kind === 'get') {
    if (typeof query.key !== 'string') throw new InvalidQuery({ reason: 'the key is no text' });
    checkKey(query.key);
    return;
  }
  if (typeof query.prefix !== 'string') throw new InvalidQuery({ reason: 'the prefix is no text' });
  checkPrefix(query.prefix);
  if (query.after !== null) checkAfter(query.after);
  checkPageLimit(query.limit);
}
