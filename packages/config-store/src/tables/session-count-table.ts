import type { Table } from './table.ts';

/** How many sessions there are: one row, none while there was never any. */
export const sessionCountTable: Table<null, number> = {
  id: 7,
  name: 'sessionCount',
  compare: () => 0,
  writeKey: () => {},
  readKey: () => null,
  writeRow: (count, to) => to.counter(count),
  readRow: (from) => from.counter(),
  ownRow: (row) => row,
};
