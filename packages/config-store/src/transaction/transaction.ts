import type { Fence } from '../fence/fence.ts';
import type { KeyRange, KeySelection } from '../key-range.ts';
import type { StoredEntry } from '../tables/keys-table.ts';

/** How what is there is compared with what is named. */
export type Operator = '=' | '!=' | '<' | '>';

/** What of a key is a number. */
export type ComparedNumber = 'version' | 'createRevision' | 'modRevision' | 'lease';

/**
 * Something that must hold. Of a range it must hold for each key in it. A key that does not exist has 0 for each of the numbers, and no value, so
 * that no comparison of its value holds; a range without keys is taken for such a key.
 */
export type Comparison =
  | {
      readonly target: ComparedNumber;
      readonly keys: KeySelection;
      readonly operator: Operator;
      readonly operand: number;
    }
  | {
      readonly target: 'value';
      readonly keys: KeySelection;
      readonly operator: Operator;
      /** Values are ordered by their bytes. */
      readonly operand: Uint8Array;
    }
  /** Whether any of the keys exists. */
  | { readonly target: 'exists'; readonly keys: KeySelection; readonly operand: boolean };

/** What a transaction does. Each sees what those before it have done. Whatever writes may be fenced: if it is reached, and the lock was not held before the transaction, nothing of the transaction is done. */
export type Operation =
  | {
      readonly kind: 'put';
      readonly key: string;
      readonly value: Uint8Array;
      /** A media type; none if not given. */
      readonly contentType?: string;
      /** The lease that the key is to go with; none if not given. */
      readonly lease?: number;
      readonly fence?: Fence;
    }
  | { readonly kind: 'delete'; readonly keys: KeySelection; readonly fence?: Fence }
  | { readonly kind: 'get'; readonly key: string }
  | { readonly kind: 'list'; readonly keys: KeyRange; readonly limit: number }
  | (Transaction & { readonly fence?: Fence });

/** If all comparisons hold, `then` is done, else `else`: all of it or nothing, and with no other command in between. All comparisons, those of nested transactions too, look at what was there before. */
export interface Transaction {
  readonly kind: 'txn';
  readonly compare: readonly Comparison[];
  readonly then: readonly Operation[];
  readonly else: readonly Operation[];
}

/** What came of an operation. */
export type OperationResult =
  | { readonly kind: 'put' }
  /** How many keys there were to delete. */
  | { readonly kind: 'delete'; readonly deleted: number }
  | { readonly kind: 'get'; readonly entry: StoredEntry | null }
  /** `more`: whether further keys come after these. */
  | { readonly kind: 'list'; readonly entries: readonly StoredEntry[]; readonly more: boolean }
  | TransactionOutcome;

/** Which way a transaction went, and what came of each operation there. */
export interface TransactionOutcome {
  readonly kind: 'txn';
  readonly succeeded: boolean;
  readonly results: readonly OperationResult[];
}
