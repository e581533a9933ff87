import type { ChangeOrigin } from './history.ts';
import type { Entry, KeyInfo } from './store.ts';

/** A change of a key, as a watch gives it. */
export type WatchedChange = WatchedOrigin &
  (
    | (Omit<KeyInfo, 'key' | 'modRevision'> & {
        readonly op: 'put';
        /** Null if it is not kept any more. */
        readonly value: Uint8Array | null;
      })
    | { readonly op: 'delete' }
  );

/** What a watch says of any change. */
export interface WatchedOrigin extends ChangeOrigin {
  readonly key: string;
  /** What was there before; null if there was nothing, or if it was not asked for. */
  readonly previous: Entry | null;
  /** There was something, which was asked for: there is no room for it beside the changes of its transaction, or it is not kept any more. */
  readonly previousOmitted: boolean;
}

/** What one transaction did to the keys that are watched: all of it. */
export interface WatchedRevision {
  /** What is watched has been given up to this revision and with it: a watch that goes on begins at the next one. */
  readonly revision: bigint;
  /** In the order of the transaction; none in a mark of progress. */
  readonly changes: readonly WatchedChange[];
}

/** The changes of some keys, in order, each once. Each iteration begins anew, and nothing is asked for before there is one. */
export interface Watch extends AsyncIterable<WatchedChange> {
  /** The same, transaction by transaction: for whoever keeps how far it has come. With `progress` it also tells of revisions in which nothing of it was changed. */
  revisions(options?: { readonly progress?: boolean }): AsyncIterableIterator<WatchedRevision>;
}

/** The state of some keys at one revision, or what a later revision changed in it. */
export type StateOrChanges =
  | { readonly kind: 'state'; readonly revision: bigint; readonly entries: readonly Entry[] }
  | ({ readonly kind: 'changes' } & WatchedRevision);

/** What became of a view. */
export interface ViewChange {
  readonly revision: bigint;
  /** The keys that were written or removed. */
  readonly keys: readonly string[];
}

/** Some keys as they stand, kept up to date: whole revisions at a time. */
export interface LiveView {
  readonly entries: ReadonlyMap<string, Entry>;
  /** The revision that it shows. */
  readonly revision: bigint;
  /** Resolves when it is kept up to date no more because it was closed, or the store was; rejects with what else ended it, such as what `onChange` threw, or the reason of the signal. */
  readonly ended: Promise<void>;
  /** Keeps it up to date no more. What it shows stays. */
  close(): Promise<void>;
}
