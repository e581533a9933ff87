import type { KeyBounds } from './key-range.ts';
import type { Table } from './tables/table.ts';
import type { TableRow, TablesReader } from './tables/tables.ts';

/** How many rows are read at once: few at first, since values may be large and the first may be all that is wanted. */
const firstRead = 4;
const largestRead = 64;

/** The rows of a table of keys within bounds, in their order, and only those after `after` if it is given. They are read as they are taken. */
export function* scanKeys<Row>(
  tables: TablesReader,
  table: Table<string, Row>,
  { from, to }: KeyBounds,
  after: string | null = null,
): Generator<TableRow<string, Row>, undefined> {
  const range = to === null ? { from } : { from, to };
  let last = after;
  for (let limit = firstRead; ; limit = Math.min(2 * limit, largestRead)) {
    const found = tables.range(table, last === null ? { ...range, limit } : { ...range, after: last, limit });
    yield* found;
    if (found.length < limit) return;
    last = found.at(-1)?.key ?? last;
  }
}
