import { compareUtf8 } from '../utf8.ts';
import type { ChangePlace } from './change-place.ts';
import type { Table } from './table.ts';

/** The delete of a key that does not exist now. */
export interface DeletedKeyRow extends ChangePlace {
  /** How many changes the key has seen, this one included. */
  readonly changeNumber: number;
}

/** The keys that were deleted, until that is compacted or they exist again: where their past is found. Apart from the others, so that no list of the present has to pass over them. */
export const deletedKeysTable: Table<string, DeletedKeyRow> = {
  id: 2,
  name: 'deletedKeys',
  compare: compareUtf8,
  writeKey: (key, to) => to.text(key),
  readKey: (from) => from.text(),
  writeRow: (row, to) => {
    to.counter(row.revision);
    to.counter(row.ordinal);
    to.counter(row.changeNumber);
  },
  readRow: (from) => ({ revision: from.counter(), ordinal: from.counter(), changeNumber: from.counter() }),
  ownRow: (row) => row,
};
