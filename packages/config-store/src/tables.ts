import type { LogIndex, Term } from '@quorate/raft';

/** One key as it stands. Revisions count the transactions of the store that changed something, from 1. */
export interface StoredEntry {
  readonly key: string;
  readonly value: Uint8Array;
  /** The revision at which the key last came to exist. */
  readonly createRevision: number;
  /** The revision of its last change. */
  readonly modRevision: number;
  /** How often it was written since it came to exist; 1 for a new key. */
  readonly version: number;
}

/** How far the state has come. Kept in the same transaction as the state itself. */
export interface Progress {
  readonly lastApplied: LogIndex;
  readonly lastAppliedTerm: Term;
  readonly revision: number;
}

/** Which keys a range holds: those that begin with `prefix` and come after `after`, in the order of their UTF-8 bytes. */
export interface KeyRange {
  readonly prefix: string;
  /** The last key of the page before, or null for the first page. */
  readonly after: string | null;
  /** At most so many entries; positive. */
  readonly limit: number;
}

/** Reading the state as of the last transaction, or of the one that is under way. */
export interface TablesReader {
  readonly progress: Progress;
  get(key: string): StoredEntry | null;
  range(range: KeyRange): readonly StoredEntry[];
}

/** Writing within one transaction; reads through it see what it wrote. */
export interface TablesWriter extends TablesReader {
  put(entry: StoredEntry): void;
  delete(key: string): void;
  setProgress(progress: Progress): void;
}

/** What the config store keeps, on any medium. */
export interface Tables extends TablesReader {
  /** Runs `step` in one transaction: all that it wrote, or, if it throws, nothing. */
  transaction<Result>(step: (writer: TablesWriter) => Result): Result;
}
