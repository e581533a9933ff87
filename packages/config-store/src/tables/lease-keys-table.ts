import { compareUtf8 } from '../utf8.ts';
import type { Table } from './table.ts';

/** A key that goes with a lease. */
export interface LeaseKey {
  readonly lease: number;
  readonly key: string;
}

/** The keys of each lease, so that those of one that ends are found without looking at the others. */
export const leaseKeysTable: Table<LeaseKey, true> = {
  id: 9,
  name: 'leaseKeys',
  compare: (one, other) => one.lease - other.lease || compareUtf8(one.key, other.key),
  writeKey: ({ lease, key }, to) => {
    to.counter(lease);
    to.text(key);
  },
  readKey: (from) => ({ lease: from.counter(), key: from.text() }),
  writeRow: () => {},
  readRow: () => true,
  ownRow: (row) => row,
};
