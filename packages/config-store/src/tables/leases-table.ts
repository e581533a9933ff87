import type { Table } from './table.ts';

/** What is kept of a lease. */
export interface LeaseRow {
  /** It ends when it was not kept alive for so long, by log time. */
  readonly ttlMs: number;
  /** Who may keep it alive and revoke it; null if anybody may. */
  readonly owner: string | null;
  /** Log time of the entry that granted it or last kept it alive. */
  readonly heardAtMs: number;
  /** Where `leaseExpiry` has it, by log time: never after it ends. */
  readonly checkedAtMs: number;
  /** When the entry that granted it got its place in the log, in microseconds since the epoch. */
  readonly grantedAtUs: number;
  /** The same of the entry that last kept it alive, or that granted it. */
  readonly keptAtUs: number;
  /** How many keys go with it. */
  readonly keyCount: number;
}

/** The leases, by their ids. */
export const leasesTable: Table<number, LeaseRow> = {
  id: 8,
  name: 'leases',
  compare: (one, other) => one - other,
  writeKey: (lease, to) => to.counter(lease),
  readKey: (from) => from.counter(),
  writeRow: ({ ttlMs, owner, heardAtMs, checkedAtMs, grantedAtUs, keptAtUs, keyCount }, to) => {
    to.counter(ttlMs);
    to.text(owner ?? '');
    to.counter(heardAtMs);
    to.counter(checkedAtMs);
    to.counter(grantedAtUs);
    to.counter(keptAtUs);
    to.counter(keyCount);
  },
  readRow: (from) => ({
    ttlMs: from.counter(),
    owner: from.text() || null,
    heardAtMs: from.counter(),
    checkedAtMs: from.counter(),
    grantedAtUs: from.counter(),
    keptAtUs: from.counter(),
    keyCount: from.counter(),
  }),
  ownRow: (row) => row,
};
