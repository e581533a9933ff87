/** What one transaction did to one key. Values are texts that tell them apart. */
export type HistoryChange =
  | { readonly key: string; readonly op: 'put'; readonly value: string }
  | { readonly key: string; readonly op: 'delete' };

/** What one transaction did, in its order. */
export interface HistoryRevision {
  /** One more than that of the transaction before. */
  readonly revision: number;
  readonly changes: readonly HistoryChange[];
}

/** A change as a watcher was given it. */
export type GivenChange = {
  readonly key: string;
  /** What was there before; null: nothing. Not there at all if it was left out, or not asked for. */
  readonly previous?: string | null;
} & (
  | {
      readonly op: 'put';
      /** Null if it was not kept any more. */
      readonly value: string | null;
    }
  | { readonly op: 'delete' }
);

/** What a watcher saw, in its order. */
export type WatchEvent =
  /** It asked for all from this revision on: at first, or to go on. */
  | { readonly kind: 'opened'; readonly from: number }
  /** It was given a transaction, or part of one. */
  | { readonly kind: 'given'; readonly revision: number; readonly changes: readonly GivenChange[] }
  /** It was told that it has all up to this revision and with it. */
  | { readonly kind: 'progress'; readonly revision: number };

/** What a watcher wanted, and what it saw. */
export interface RecordedWatch {
  /** Whether it watches a key. */
  readonly selects: (key: string) => boolean;
  /** Null: both kinds. */
  readonly filter: 'put' | 'delete' | null;
  /** Begins with `opened`. */
  readonly events: readonly WatchEvent[];
}
