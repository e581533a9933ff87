import { boundsOf, type KeyRange } from './key-range.ts';
import { MAX_PAGE_BYTES, pageBytesOf } from './limits.ts';
import { scanKeys } from './scan-keys.ts';
import { entryOf, keysTable, type StoredEntry } from './tables/keys-table.ts';
import type { TablesReader } from './tables/tables.ts';

/** A page of keys that is asked for. */
export interface PageRequest {
  readonly keys: KeyRange;
  /** The key that the page comes after; null for the first page. */
  readonly after: string | null;
  readonly limit: number;
  readonly keysOnly: boolean;
}

/** An entry of a page; its value is null if only keys were asked for. */
export type ListedEntry = Omit<StoredEntry, 'value'> & { readonly value: Uint8Array | null };

/** A page of keys. */
export interface Page {
  readonly entries: readonly ListedEntry[];
  /** The key that the next page comes after; null if this is the last one. */
  readonly nextAfter: string | null;
}

/** How many keys a page looks at, at the most: of a past revision there may be many that did not exist yet. */
const maxKeysLookedAt = 10_000;

/** Reads a page of the keys as they stand. */
export const readPage = (tables: TablesReader, request: PageRequest): Page =>
  pageOf(request, presentEntries(tables, request));

/** Fills a page with entries, or with nothing for a key that there is none of: within its limit, within `MAX_PAGE_BYTES`, and with one entry at least if there is any. */
export function pageOf(
  { limit, keysOnly }: PageRequest,
  found: Iterable<{ readonly key: string; readonly entry: StoredEntry | null }>,
): Page {
  const entries: ListedEntry[] = [];
  let bytes = 0;
  let looked = 0;
  let nextAfter: string | null = null;
  for (const { key, entry } of found) {
    if (looked === maxKeysLookedAt) return { entries, nextAfter };
    looked += 1;
    if (entry !== null) {
      const listed = keysOnly ? { ...entry, value: null } : entry;
      bytes += pageBytesOf(listed);
      const isFull = entries.length === limit || (entries.length > 0 && bytes > MAX_PAGE_BYTES);
      if (isFull) return { entries, nextAfter };
      entries.push(listed);
    }
    nextAfter = key;
  }
  return { entries, nextAfter: null };
}

function* presentEntries(
  tables: TablesReader,
  { keys, after }: PageRequest,
): Generator<{ readonly key: string; readonly entry: StoredEntry }, undefined> {
  for (const { key, row } of scanKeys(tables, keysTable, boundsOf(keys), after))
    yield { key, entry: entryOf(key, row) };
}
