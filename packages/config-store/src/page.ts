import type { ListQuery } from './command.ts';
import { boundsOf } from './key-range.ts';
import { MAX_PAGE_BYTES, pageBytesOf } from './limits.ts';
import { entryOf, keysTable, type StoredEntry } from './tables/keys-table.ts';
import type { TablesReader } from './tables/tables.ts';

/** A page of keys, and whether more come after it. */
export interface Page {
  readonly entries: readonly StoredEntry[];
  readonly more: boolean;
}

/** How many entries are read at first. Values may be large: reading all that a page could have would load far more than it can hold. */
const FIRST_READ = 4;

/** Reads the page that `query` asks for: within its limit, within `MAX_PAGE_BYTES`, and with one entry at least if there is any. */
export function readPage(tables: TablesReader, query: ListQuery): Page {
  const { from, to } = boundsOf({ prefix: query.prefix });
  const bounds = to === null ? { from } : { from, to };
  const entries: StoredEntry[] = [];
  let bytes = 0;
  let after = query.after;
  for (let reading = FIRST_READ; ; reading *= 2) {
    const limit = Math.min(reading, query.limit + 1 - entries.length);
    const found = tables.range(keysTable, { ...bounds, ...(after === null ? {} : { after }), limit });
    for (const { key, row } of found) {
      const entry = entryOf(key, row);
      bytes += pageBytesOf(entry);
      const full = entries.length === query.limit || (entries.length > 0 && bytes > MAX_PAGE_BYTES);
      if (full) return { entries, more: true };
      entries.push(entry);
      after = key;
    }
    if (found.length < limit) return { entries, more: false };
  }
}
