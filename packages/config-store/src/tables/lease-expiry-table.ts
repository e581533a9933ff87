import type { Table } from './table.ts';

/** When a lease is to be looked at. */
export interface LeaseCheck {
  /** By log time. */
  readonly atMs: number;
  readonly lease: number;
}

/** The leases, by when each ends unless it is kept alive. After a change of leader it ends later than this says: it gets its new time when it is looked at. */
export const leaseExpiryTable: Table<LeaseCheck, true> = {
  id: 10,
  name: 'leaseExpiry',
  compare: (one, other) => one.atMs - other.atMs || one.lease - other.lease,
  writeKey: ({ atMs, lease }, to) => {
    to.counter(atMs);
    to.counter(lease);
  },
  readKey: (from) => ({ atMs: from.counter(), lease: from.counter() }),
  writeRow: () => {},
  readRow: () => true,
  ownRow: (row) => row,
};
