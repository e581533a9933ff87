import { changesTable, type Tables } from '@quorate/config-store';

/** The hash of a node's state after a revision; null if history does not go back so far, or the state is being replaced. */
export function stateHashAt(tables: Tables & { readonly isBeingReplaced: boolean }, revision: number): number | null {
  if (tables.isBeingReplaced || revision > tables.progress.revision) return null;
  const first = tables.get(changesTable, { revision, ordinal: 0 });
  // A version of long ago that was put back into history, because something ended it, has none.
  return first === null || first.stateHash === 0 ? null : first.stateHash;
}
