import { type ChangePlace, comparePlaces } from '../tables/change-place.ts';
import { type ChangeRow, changesTable } from '../tables/changes-table.ts';
import { deletedKeysTable } from '../tables/deleted-keys-table.ts';
import type { HistoryRow } from '../tables/history-table.ts';
import { keysTable, placeOf } from '../tables/keys-table.ts';
import { hasLandmark, landmarksTable } from '../tables/landmarks-table.ts';
import type { TablesWriter } from '../tables/tables.ts';

/** Whether nothing is left of what was before the oldest revision. */
export const isSwept = ({ sweptTo, oldestRevision }: HistoryRow): boolean => sweptTo.revision >= oldestRevision;

/**
 * Removes what nobody can read any more, `maxChanges` changes at most, and says how far it has come. What is before the oldest revision is
 * a version's end at the most, so each change that is swept takes the version before it along. A version that still stands goes too: the
 * table of keys has it, and `recordChanges` writes it again when it ends.
 */
export function sweep(writer: TablesWriter, history: HistoryRow, maxChanges: number): HistoryRow {
  const { sweptTo, oldestRevision } = history;
  const end = { revision: oldestRevision, ordinal: 0 };
  if (isSwept(history)) return history;
  const found = writer.range(changesTable, { from: sweptTo, to: end, limit: maxChanges });
  for (const { key: place, row } of found) sweepChange(writer, place, row);
  const last = found.at(-1);
  if (last === undefined || found.length < maxChanges) return { ...history, sweptTo: end };
  return { ...history, sweptTo: { revision: last.key.revision, ordinal: last.key.ordinal + 1 } };
}

function sweepChange(writer: TablesWriter, place: ChangePlace, row: ChangeRow): void {
  const { key, changeNumber, previous } = row;
  const isFirstVersion = row.op === 'put' && row.version === 1;
  if (previous !== null && !isFirstVersion) removeChange(writer, previous, key, changeNumber - 1);
  if (row.op === 'delete') {
    removeChange(writer, place, key, changeNumber);
    const deleted = writer.get(deletedKeysTable, key);
    if (deleted !== null && comparePlaces(deleted, place) === 0) writer.delete(deletedKeysTable, key);
    return;
  }
  const current = writer.get(keysTable, key);
  if (current !== null && comparePlaces(placeOf(current), place) === 0) removeChange(writer, place, key, changeNumber);
}

function removeChange(writer: TablesWriter, place: ChangePlace, key: string, changeNumber: number): void {
  writer.delete(changesTable, place);
  if (hasLandmark(changeNumber)) writer.delete(landmarksTable, { key, revision: place.revision });
}
