import type { ConfigStoreOperation, ConfigStoreOutcome } from '../models/config-store.ts';

/** What a transaction compares: the revision of a key's last change, 0 if it does not exist. */
export interface RevisionComparison {
  readonly key: string;
  readonly modRevision: number;
}

/** What a transaction does. A get sees what the steps before it have done. */
export type TransactionStep =
  | { readonly kind: 'get'; readonly key: string }
  | { readonly kind: 'put'; readonly key: string; readonly value: string }
  | { readonly kind: 'delete'; readonly key: string }
  | TransactionOperation;

/**
 * A transaction: `then` if all that it compares holds, and `else` otherwise. All comparisons, those of nested transactions too, look at what was there
 * before the whole. No key is written twice on any way through it.
 */
export interface TransactionOperation {
  readonly kind: 'txn';
  readonly compare: readonly RevisionComparison[];
  readonly then: readonly TransactionStep[];
  readonly else: readonly TransactionStep[];
}

/** What came of a step. */
export type StepOutcome =
  | { readonly kind: 'found'; readonly value: string; readonly modRevision: number }
  | { readonly kind: 'absent' }
  | { readonly kind: 'put' }
  /** `deleted`: whether there was something to delete. */
  | { readonly kind: 'delete'; readonly deleted: boolean }
  | WayOutcome;

/** Which way a transaction went, and what came of each step there. */
export interface WayOutcome {
  readonly kind: 'txn';
  readonly succeeded: boolean;
  readonly results: readonly StepOutcome[];
}

/** What came of a whole transaction. */
export interface TransactionOutcome extends WayOutcome {
  /** The revision that it made; that of the store, if it changed nothing. */
  readonly revision: number;
}

/** What the config store is asked: of one key, or of several at once. In a history, a transaction stands under any key, such as ''. */
export type StoreOperation = ConfigStoreOperation | TransactionOperation;

/** What it answers. */
export type StoreOutcome = ConfigStoreOutcome | TransactionOutcome;
