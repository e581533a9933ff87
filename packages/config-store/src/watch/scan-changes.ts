import type { ChangePlace } from '../tables/change-place.ts';
import { type ChangeRow, changesTable } from '../tables/changes-table.ts';
import type { TableRow, TablesReader } from '../tables/tables.ts';

/** How many rows are read at once: few at first, since values may be large and mostly there are few new ones. */
const firstRead = 4;
const largestRead = 64;

/** All that happened from a place on, in order. Rows are read as they are taken. */
export function* scanChanges(
  tables: TablesReader,
  from: ChangePlace,
): Generator<TableRow<ChangePlace, ChangeRow>, undefined> {
  let range: { readonly from: ChangePlace; readonly after?: ChangePlace } = { from };
  for (let limit = firstRead; ; limit = Math.min(2 * limit, largestRead)) {
    const found = tables.range(changesTable, { ...range, limit });
    yield* found;
    const last = found.at(-1);
    if (last === undefined || found.length < limit) return;
    range = { from, after: last.key };
  }
}
