import type { Table } from './table.ts';

/** What is known of all leases together. */
export interface LeaseTotalsRow {
  /** How many were ever granted: the id of the newest. */
  readonly granted: number;
  /** How many there are. */
  readonly count: number;
  /** Log time at which the leader took office whose entries are being applied: every lease has its full time from then on. It matters to leases that are older, and is noted if there are any. */
  readonly inOfficeSinceMs: number;
}

/** The totals of a store in which there was never a lease. */
export const noLeases: LeaseTotalsRow = { granted: 0, count: 0, inOfficeSinceMs: 0 };

/** One row; none while there was never a lease. */
export const leaseTotalsTable: Table<null, LeaseTotalsRow> = {
  id: 11,
  name: 'leaseTotals',
  compare: () => 0,
  writeKey: () => {},
  readKey: () => null,
  writeRow: ({ granted, count, inOfficeSinceMs }, to) => {
    to.counter(granted);
    to.counter(count);
    to.counter(inOfficeSinceMs);
  },
  readRow: (from) => ({ granted: from.counter(), count: from.counter(), inOfficeSinceMs: from.counter() }),
  ownRow: (row) => row,
};
