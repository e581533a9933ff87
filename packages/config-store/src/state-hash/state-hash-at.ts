import { changesTable } from '../tables/changes-table.ts';
import type { TablesReader } from '../tables/tables.ts';

/** The hash of the state after a revision; null if history does not go back so far, or the state is not there yet. */
export function stateHashAt(tables: TablesReader, revision: number): number | null {
  if (revision > tables.progress.revision) return null;
  const first = tables.get(changesTable, { revision, ordinal: 0 });
  // A version of long ago that was put back into history, because something ended it, has none.
  return first === null || first.stateHash === 0 ? null : first.stateHash;
}
