import { invariant } from '@quorate/raft';

import { type ChangePlace, comparePlaces } from '../tables/change-place.ts';
import { type ChangeRow, changesTable } from '../tables/changes-table.ts';
import { deletedKeysTable } from '../tables/deleted-keys-table.ts';
import { entryOf, type KeyRow, keysTable, placeOf, type StoredEntry } from '../tables/keys-table.ts';
import { landmarksTable } from '../tables/landmarks-table.ts';
import type { TablesReader } from '../tables/tables.ts';
import { RevisionCompacted } from './errors.ts';
import { putRowOf } from './put-row.ts';

/** A change of a key, and where it stands. */
export interface PlacedChange {
  readonly place: ChangePlace;
  readonly row: ChangeRow;
}

/** The key as it was after a revision, which history reaches. @throws {RevisionCompacted} if the value of that version was dropped */
export function entryAt(tables: TablesReader, key: string, revision: number): StoredEntry | null {
  const current = tables.get(keysTable, key);
  if (current !== null && current.modRevision <= revision) return entryOf(key, current);
  return pastEntry(tables, key, current, revision);
}

/** The same of a key that has changed since. @throws {RevisionCompacted} */
export function pastEntry(
  tables: TablesReader,
  key: string,
  current: KeyRow | null,
  revision: number,
): StoredEntry | null {
  const successor = firstChangeAfter(tables, key, current, revision);
  if (successor === null) return null;
  const { previous } = successor.row;
  // What is before the first version of a key is a delete, or nothing.
  if (previous === null || (successor.row.op === 'put' && successor.row.version === 1)) return null;
  const row = tables.get(changesTable, previous);
  invariant(row?.op === 'put', () => `history lacks the version of ${key} of revision ${previous.revision}`);
  if (row.value === null) {
    throw new RevisionCompacted({ revision: String(revision), oldestRevision: String(successor.place.revision) });
  }
  return entryOf(key, { ...row, value: row.value, modRevision: previous.revision });
}

/**
 * The changes of a key from the newest on that comes before a revision, back to the one that made what was there at the oldest
 * revision: what is older cannot be read, even where it is not removed yet.
 */
export function* changesBefore(
  tables: TablesReader,
  key: string,
  revision: number,
  oldestRevision: number,
): Generator<PlacedChange, undefined> {
  const current = tables.get(keysTable, key);
  let place = lastPlaceBefore(tables, key, current, revision);
  let isLast = false;
  while (place !== null && !isLast) {
    const row: ChangeRow | null = changeAt(tables, key, current, place);
    isLast = place.revision <= oldestRevision;
    if (row === null || (row.op === 'delete' && isLast && place.revision < oldestRevision)) return;
    yield { place, row };
    place = row.previous;
  }
}

/** The first change of a key that comes after a revision, found from the landmark that follows it, or else from the present; null if there is none. */
function firstChangeAfter(
  tables: TablesReader,
  key: string,
  current: KeyRow | null,
  revision: number,
): PlacedChange | null {
  let place = landmarkAfter(tables, key, revision) ?? newestPlace(tables, key, current);
  if (place === null || place.revision <= revision) return null;
  for (;;) {
    const row: ChangeRow | null = tables.get(changesTable, place);
    const { revision: at } = place;
    invariant(row !== null, () => `history lacks the change of ${key} at revision ${at}`);
    if (row.previous === null || row.previous.revision <= revision) return { place, row };
    place = row.previous;
  }
}

function lastPlaceBefore(
  tables: TablesReader,
  key: string,
  current: KeyRow | null,
  revision: number,
): ChangePlace | null {
  const newest = newestPlace(tables, key, current);
  if (newest === null || newest.revision < revision) return newest;
  return firstChangeAfter(tables, key, current, revision - 1)?.row.previous ?? null;
}

function newestPlace(tables: TablesReader, key: string, current: KeyRow | null): ChangePlace | null {
  return current === null ? tables.get(deletedKeysTable, key) : placeOf(current);
}

function landmarkAfter(tables: TablesReader, key: string, revision: number): ChangePlace | null {
  const [found] = tables.range(landmarksTable, { from: { key, revision: revision + 1 }, limit: 1 });
  return found?.key.key === key ? { revision: found.key.revision, ordinal: found.row.ordinal } : null;
}

/** What is at a place; of a key that has stood for longer than history goes back, the table of keys knows it. */
function changeAt(tables: TablesReader, key: string, current: KeyRow | null, place: ChangePlace): ChangeRow | null {
  const row = tables.get(changesTable, place);
  if (row !== null || current === null || comparePlaces(placeOf(current), place) !== 0) return row;
  return putRowOf(key, current);
}
