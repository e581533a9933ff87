import type { KeyInfo } from './store.ts';

/** A change in the history of a key. */
export type KeyChange = ChangeOrigin &
  (
    | (Omit<KeyInfo, 'key' | 'modRevision'> & {
        readonly op: 'put';
        /** Null if it is not kept any more. */
        readonly value: Uint8Array | null;
      })
    | { readonly op: 'delete' }
  );

/** A change in the history of a key, and who made it. */
export type AttributedChange = KeyChange & {
  /** By its own account (`client` of `connect`); null if it said nothing, or that is not known any more. */
  readonly client: string | null;
};

/** Where a change comes from. */
export interface ChangeOrigin {
  readonly revision: bigint;
  /** The log entry that made it; null if that is not known any more. */
  readonly index: bigint | null;
  /** When that entry got its place in the log, in microseconds since the epoch. */
  readonly timestampUs: bigint;
  /** The trace that the write belongs to, as W3C writes it; null if it was not traced, or that is not known any more. */
  readonly traceparent: string | null;
}

/** How much history is kept: whatever is beyond either of the two goes. */
export interface Retention {
  /** Every state of the last so many milliseconds can be read; null: of all time. A day unless it was set. */
  readonly maxAgeMs: number | null;
  /** So many past versions of each key keep their values, at least, and at most twice as many; null, unless it was set: all of them. */
  readonly maxVersions: number | null;
}

/** How much history there is. */
export interface HistoryState {
  readonly retention: Retention;
  /** The first revision that can be read. */
  readonly oldestRevision: bigint;
  /** The newest. */
  readonly revision: bigint;
  /** Of all changes up to there, as 14 hexadecimal digits: equal on all nodes at the same revision. */
  readonly stateHash: string;
}

/** What became of `compact`. */
export interface CompactResult {
  /** The first revision that can be read from now on. */
  readonly oldestRevision: bigint;
}
