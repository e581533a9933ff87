import { boundsOf } from '../key-range.ts';
import { type Page, type PageRequest, pageOf } from '../page.ts';
import { scanKeys } from '../scan-keys.ts';
import { deletedKeysTable } from '../tables/deleted-keys-table.ts';
import { entryOf, type KeyRow, keysTable, type StoredEntry } from '../tables/keys-table.ts';
import type { TablesReader } from '../tables/tables.ts';
import { compareUtf8 } from '../utf8.ts';
import { pastEntry } from './key-past.ts';

/** Reads a page of the keys as they were after a revision, which history reaches. @throws {RevisionCompacted} if the value of one of those versions was dropped */
export const readPastPage = (tables: TablesReader, request: PageRequest, revision: number): Page =>
  pageOf(request, pastEntries(tables, request, revision));

/** Of each key that exists, or that history knows to have existed, what it was then. */
function* pastEntries(
  tables: TablesReader,
  request: PageRequest,
  revision: number,
): Generator<{ readonly key: string; readonly entry: StoredEntry | null }, undefined> {
  for (const { key, current } of knownKeys(tables, request)) {
    const isCurrent = current !== null && current.modRevision <= revision;
    yield { key, entry: isCurrent ? entryOf(key, current) : pastEntry(tables, key, current, revision) };
  }
}

interface KnownKey {
  readonly key: string;
  /** The key as it stands; null if it does not exist now. */
  readonly current: KeyRow | null;
}

/** The keys that exist and those that were deleted, in one order: no key is in both tables. */
function* knownKeys(tables: TablesReader, { keys, after }: PageRequest): Generator<KnownKey, undefined> {
  const bounds = boundsOf(keys);
  const deleted = scanKeys(tables, deletedKeysTable, bounds, after);
  let next = deleted.next();
  for (const { key, row } of scanKeys(tables, keysTable, bounds, after)) {
    for (; next.done !== true && compareUtf8(next.value.key, key) < 0; next = deleted.next()) {
      yield { key: next.value.key, current: null };
    }
    yield { key, current: row };
  }
  for (; next.done !== true; next = deleted.next()) yield { key: next.value.key, current: null };
}
