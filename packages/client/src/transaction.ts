import type { Entry } from './store.ts';

/** Keys that stand together: those that begin with a text, or those from one key on to before another, to the end if that is null. */
export type KeyRange = { readonly prefix: string } | { readonly from: string; readonly to: string | null };

/** One key, or a range of them. */
export type KeySelection = { readonly key: string } | KeyRange;

/** What a number of a key is compared with: it alone where the two are to be equal, or under an operator. */
export type NumberCondition =
  | bigint
  | { readonly '=': bigint }
  | { readonly '!=': bigint }
  | { readonly '<': bigint }
  | { readonly '>': bigint };

/** What a value is compared with: it alone where the two are to be equal, or under an operator. Values are ordered by their bytes. */
export type ValueCondition =
  | string
  | Uint8Array
  | { readonly '=': string | Uint8Array }
  | { readonly '!=': string | Uint8Array }
  | { readonly '<': string | Uint8Array }
  | { readonly '>': string | Uint8Array };

/**
 * Something that must hold before the transaction; of a range for each key in it. A key that does not exist has 0 for each of the numbers, and
 * no value, so that no comparison of its value holds. A range without keys is taken for such a key. `exists`: whether any of the keys does.
 */
export type Comparison = KeySelection &
  (
    | { readonly version: NumberCondition }
    | { readonly createRevision: NumberCondition }
    | { readonly modRevision: NumberCondition }
    | { readonly lease: NumberCondition }
    | { readonly value: ValueCondition }
    | { readonly exists: boolean }
  );

/**
 * A lock that must be held where and when the write is done: the nodes look, so that a program which was stopped while it lost the lock does no harm when it wakes. Else `LockLost`, and nothing
 * of the write is done.
 */
export interface Fence {
  /** The lock's key: a `HeldLock` has it. */
  readonly lock: string;
  /** Which holding of the lock: the same. */
  readonly token: bigint;
}

/** Writes a key. */
export interface PutOperation {
  readonly op: 'put';
  readonly key: string;
  readonly value: string | Uint8Array;
  readonly contentType?: string;
  /** The lease that the key is to go with: it is removed when that ends. */
  readonly lease?: bigint;
  readonly fence?: Fence;
}

/** Removes a key, or all keys of a range. */
export type DeleteOperation = { readonly op: 'delete'; readonly fence?: Fence } & KeySelection;

/** Reads a key. */
export interface GetOperation {
  readonly op: 'get';
  readonly key: string;
}

/** Reads the first keys of a range: `limit` of them at most, 100 if it is not given. */
export type ListOperation = { readonly op: 'list'; readonly limit?: number } & KeyRange;

/** A transaction within one. */
export interface NestedTransaction extends Transaction {
  readonly op: 'txn';
  /** Asked only where the transaction around it comes to this one; the whole of that is refused then. */
  readonly fence?: Fence;
}

/** What a transaction does. Each sees what those before it have done. */
export type Operation = PutOperation | DeleteOperation | GetOperation | ListOperation | NestedTransaction;

/** If all comparisons hold, `then` is done, else `else`: all of it or nothing, at one revision. What is left out is empty. */
export interface Transaction {
  readonly compare?: readonly Comparison[];
  readonly then?: readonly Operation[];
  readonly else?: readonly Operation[];
}

/** What came of one operation. */
export type OperationResult<Done extends Operation = Operation> = Done extends { readonly op: 'put' }
  ? { readonly op: 'put' }
  : Done extends { readonly op: 'delete' }
    ? {
        readonly op: 'delete';
        /** How many keys there were to delete. */
        readonly deleted: number;
      }
    : Done extends { readonly op: 'get' }
      ? { readonly op: 'get'; readonly entry: Entry | null }
      : Done extends { readonly op: 'list' }
        ? {
            readonly op: 'list';
            readonly entries: readonly Entry[];
            /** Whether further keys come after these. */
            readonly more: boolean;
          }
        : Done extends NestedTransaction
          ? { readonly op: 'txn' } & TransactionOutcome<Done>
          : never;

/** What came of the operations of a list, one by one. */
export type OperationResults<Done extends readonly Operation[]> = {
  readonly [Place in keyof Done]: OperationResult<Done[Place]>;
};

type OperationsOf<List> = List extends readonly Operation[] ? List : readonly [];

/** Which way a transaction went, and what came of each operation there. */
export type TransactionOutcome<Ran extends Transaction = Transaction> =
  | { readonly succeeded: true; readonly results: OperationResults<OperationsOf<Ran['then']>> }
  | { readonly succeeded: false; readonly results: OperationResults<OperationsOf<Ran['else']>> };

/** What came of a transaction. */
export type TransactionResult<Ran extends Transaction = Transaction> = TransactionOutcome<Ran> & {
  /** The store's revision after it: that of its changes, if it made any. */
  readonly revision: bigint;
};
