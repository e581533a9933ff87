import type { Fence } from './fence/fence.ts';
import type { KeyRange } from './key-range.ts';
import type { Lease, LeaseCommand, LeaseResult, LeasesQuery } from './lease/lease-commands.ts';
import type { ListedEntry } from './page.ts';
import type { ErrorData } from './quorate-error.ts';
import type { Quota, QuotaCommand, QuotaResult, QuotasQuery } from './quota/quota-commands.ts';
import type { Schema, SchemaCommand, SchemaResult, SchemasQuery } from './schema/schema-commands.ts';
import type { SessionCommand, SessionPlace, SessionResult } from './session/session-commands.ts';
import type { Retention } from './tables/history-table.ts';
import type { StoredEntry } from './tables/keys-table.ts';
import type { Transaction, TransactionOutcome } from './transaction/transaction.ts';

/** Writes a key. */
export interface PutCommand {
  readonly kind: 'put';
  readonly key: string;
  readonly value: Uint8Array;
  /** A media type; none if not given. */
  readonly contentType?: string;
  /** The lease that the key is to go with; none if not given. */
  readonly lease?: number;
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

/** Forgets what happened before a revision, whatever the retention says; null: only what is beyond it, which is done anyway, but at once. */
export interface CompactCommand {
  readonly kind: 'compact';
  readonly revision: number | null;
}

/** Sets how much history is kept. */
export interface SetRetentionCommand {
  readonly kind: 'setRetention';
  readonly retention: Retention;
}

/** What is written to the store: a transaction that may change it, or something that becomes of a lease, a quota or a schema. */
export type Write =
  | PutCommand
  | DeleteCommand
  | Transaction
  | CompactCommand
  | SetRetentionCommand
  | LeaseCommand
  | QuotaCommand
  | SchemaCommand;

/** A write, and what it is bound to: it may be one of a session, and is then done once; and it may be refused unless a lock is held. */
export type BoundWrite = Write & {
  readonly inSession?: SessionPlace;
  readonly fence?: Fence;
  /** Who writes, by its own account: history tells it. */
  readonly client?: string;
  /** What it puts was found to match the schemas, up to this version of them: the node that proposes it says so, and no client. Not given where no schema has a say. */
  readonly passedSchemas?: number;
};

/** What the log carries for the store: a write, or what becomes of a session. */
export type Command = BoundWrite | SessionCommand;

/** Reads one key. */
export interface GetQuery {
  readonly kind: 'get';
  readonly key: string;
  /** As it was after this revision; as it is if null. */
  readonly revision: number | null;
}

/** Reads a page of keys, in the order of their UTF-8 bytes. */
export interface ListQuery {
  readonly kind: 'list';
  readonly keys: KeyRange;
  /** The key that the page comes after; null for the first page. */
  readonly after: string | null;
  /** At most so many entries. A page may have fewer, since its bytes are bounded too. */
  readonly limit: number;
  /** As it was after this revision; as it is if null. */
  readonly revision: number | null;
  /** Without the values. */
  readonly keysOnly: boolean;
}

/** Reads what became of a key, from the newest change on back. */
export interface HistoryQuery {
  readonly kind: 'history';
  readonly key: string;
  /** Only changes of earlier revisions than this; null: all. */
  readonly before: number | null;
  /** At most so many. A page may have fewer, since its bytes are bounded too. */
  readonly limit: number;
}

/** Asks how much history there is, and is to be. */
export interface RetentionQuery {
  readonly kind: 'retention';
}

/** What the store is asked. */
export type Query = GetQuery | ListQuery | HistoryQuery | RetentionQuery | LeasesQuery | QuotasQuery | SchemasQuery;

/** What became of a command. `revision` is the store's after it: that of the change, if it made one. */
export type CommandResult =
  | { readonly kind: 'put'; readonly revision: number }
  | { readonly kind: 'delete'; readonly revision: number; readonly deleted: boolean }
  | (TransactionOutcome & { readonly revision: number })
  /** `isDone`: nothing that can be forgotten now is left; otherwise another such command goes on. */
  | { readonly kind: 'compact'; readonly oldestRevision: number; readonly isDone: boolean }
  | { readonly kind: 'setRetention' }
  | LeaseResult
  | QuotaResult
  | SchemaResult
  | SessionResult
  | { readonly kind: 'failed'; readonly error: ErrorData };

/** A change of a key, as its history shows it. */
export type KeyChange =
  | (ChangeOrigin & {
      readonly op: 'put';
      /** Null if it is not kept any more. */
      readonly value: Uint8Array | null;
      readonly createRevision: number;
      readonly version: number;
      readonly lease: number | null;
      readonly contentType: string | null;
    })
  | (ChangeOrigin & { readonly op: 'delete' });

/** A change of a key, and who made it. */
export type AttributedChange = KeyChange & {
  /** By its own account; null if it said nothing, or that is not known any more. */
  readonly client: string | null;
};

/** Where a change comes from. */
export interface ChangeOrigin {
  readonly revision: number;
  /** The log entry that made it; null if that is not known any more. */
  readonly index: number | null;
  /** When that entry got its place in the log, in microseconds since the epoch. */
  readonly timestampUs: number;
  /** The trace that the write belongs to; null if it was not traced, or that is not known any more. */
  readonly traceparent: string | null;
}

/** The state that an answer was read from. */
export interface AnswerOrigin {
  readonly revision: number;
  readonly appliedIndex: number;
}

/** What a query gets. */
export type QueryAnswer =
  | (AnswerOrigin & { readonly kind: 'get'; readonly entry: StoredEntry | null })
  | (AnswerOrigin & {
      readonly kind: 'list';
      readonly entries: readonly ListedEntry[];
      /** The key that the next page comes after; null if this is the last one. */
      readonly nextAfter: string | null;
    })
  | (AnswerOrigin & {
      readonly kind: 'history';
      /** From the newest on. */
      readonly changes: readonly AttributedChange[];
      /** Whether earlier ones are kept. */
      readonly more: boolean;
      /** What was there before this revision is not known. */
      readonly oldestRevision: number;
    })
  | (AnswerOrigin & {
      readonly kind: 'retention';
      readonly retention: Retention;
      readonly oldestRevision: number;
      /** Of all changes up to `revision`. */
      readonly stateHash: number;
    })
  | (AnswerOrigin & {
      readonly kind: 'leases';
      readonly leases: readonly Lease[];
      /** Whether others come after these. */
      readonly more: boolean;
    })
  | (AnswerOrigin & { readonly kind: 'quotas'; readonly quotas: readonly Quota[] })
  | (AnswerOrigin & { readonly kind: 'schemas'; readonly schemas: readonly Schema[] })
  | { readonly kind: 'failed'; readonly error: ErrorData; readonly appliedIndex: number };
