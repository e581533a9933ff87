import { type LogIndex, logIndex, type Term, term } from '@quorate/raft';
import type { Table } from './table.ts';

/** How far the state has come. Kept in the same transaction as the state itself. */
export interface Progress {
  readonly lastApplied: LogIndex;
  readonly lastAppliedTerm: Term;
  /** How many transactions have changed something. */
  readonly revision: number;
  /** Of all that was changed up to `lastApplied`: equal on all nodes that have come to the same entry. */
  readonly stateHash: number;
}

/** The progress of a state to which nothing was applied. */
export const nothingApplied: Progress = {
  lastApplied: logIndex(0),
  lastAppliedTerm: term(0),
  revision: 0,
  stateHash: 0,
};

/** A stretch of a table, in the order of its keys. */
export interface TableRange<Key> {
  /** Not below this key; from the first one if not given. */
  readonly from?: Key;
  /** Above this key, beside `from`. */
  readonly after?: Key;
  /** Below this key; to the last one if not given. */
  readonly to?: Key;
  /** At most so many rows; positive. */
  readonly limit: number;
}

/** A row and where it stands. */
export interface TableRow<Key, Row> {
  readonly key: Key;
  readonly row: Row;
}

/** Reading the state as of the last transaction, or of the one that is under way. */
export interface TablesReader {
  readonly progress: Progress;
  get<Key, Row>(table: Table<Key, Row>, key: Key): Row | null;
  range<Key, Row>(table: Table<Key, Row>, range: TableRange<Key>): readonly TableRow<Key, Row>[];
}

/** Writing within one transaction; reads through it see what it wrote. */
export interface TablesWriter extends TablesReader {
  put<Key, Row>(table: Table<Key, Row>, key: Key, row: Row): void;
  /** That there is no such row is fine. */
  delete<Key, Row>(table: Table<Key, Row>, key: Key): void;
  setProgress(progress: Progress): void;
}

/** What the config store keeps, on any medium. */
export interface Tables extends TablesReader {
  /** Runs `step` in one transaction: all that it wrote, or, if it throws, nothing. */
  transaction<Result>(step: (writer: TablesWriter) => Result): Result;
}
