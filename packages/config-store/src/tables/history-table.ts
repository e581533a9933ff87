import type { ChangePlace } from './change-place.ts';
import type { Table } from './table.ts';

/** How much of the past is kept: whatever is beyond either of the two goes. */
export interface Retention {
  /** Every state of the last so many milliseconds can be read; null: of all time. By the log's clock. */
  readonly maxAgeMs: number | null;
  /** So many past versions of each key keep their values, at least, and at most twice as many; null: all of them. */
  readonly maxVersions: number | null;
}

/** What the store keeps if nobody says: all of a day. */
export const defaultRetention: Retention = { maxAgeMs: 24 * 60 * 60 * 1000, maxVersions: null };

/** How far back the store's past goes. */
export interface HistoryRow {
  readonly retention: Retention;
  /** The state of this revision, and of each after it, can be read. */
  readonly oldestRevision: number;
  /** What the changes before this place leave behind that nobody can read any more was removed. */
  readonly sweptTo: ChangePlace;
}

/** The history of a store of which nothing was ever compacted. */
export const wholeHistory: HistoryRow = {
  retention: defaultRetention,
  oldestRevision: 1,
  sweptTo: { revision: 1, ordinal: 0 },
};

const counterOf = (setting: number | null): number => (setting === null ? 0 : setting + 1);
const settingOf = (counter: number): number | null => (counter === 0 ? null : counter - 1);

/** One row; none while it would be `wholeHistory`. */
export const historyTable: Table<null, HistoryRow> = {
  id: 4,
  name: 'history',
  compare: () => 0,
  writeKey: () => {},
  readKey: () => null,
  writeRow: ({ retention, oldestRevision, sweptTo }, to) => {
    to.counter(counterOf(retention.maxAgeMs));
    to.counter(counterOf(retention.maxVersions));
    to.counter(oldestRevision);
    to.counter(sweptTo.revision);
    to.counter(sweptTo.ordinal);
  },
  readRow: (from) => ({
    retention: { maxAgeMs: settingOf(from.counter()), maxVersions: settingOf(from.counter()) },
    oldestRevision: from.counter(),
    sweptTo: { revision: from.counter(), ordinal: from.counter() },
  }),
  ownRow: (row) => row,
};
