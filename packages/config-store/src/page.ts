import type { ListQuery } from './command.ts';
import { MAX_PAGE_BYTES, pageBytesOf } from './limits.ts';
import type { StoredEntry, TablesReader } from './tables.ts';

/** A page of keys, and whether more come after it. */
export interface Page {
  readonly entries: readonly StoredEntry[];
  readonly more: boolean;
}

/** How many entries are read at first. Values may be large: reading all that a page could have would load far more than it can hold. */
const FIRST_READ = 4;

/** Reads the page that `query` asks for: within its limit, within `MAX_PAGE_BYTES`, and with one entry at least if there is any. */
export function readPage(tables: TablesReader, query: ListQuery): Page {
  const entries: StoredEntry[] = [];
  let bytes = 0;
  let after = query.after;
  for (let reading = FIRST_READ; ; reading *= 2) {
    const limit = Math.min(reading, query.limit + 1 - entries.length);
    const found = tables.range({ prefix: query.prefix, after, limit });
    for (const entry of found) {
      bytes += pageBytesOf(entry);
      const full = entries.length === query.limit || (entries.length > 0 && bytes > MAX_PAGE_BYTES);
      if (full) return { entries, more: true };
      entries.push(entry);
      after = entry.key;
    }
    if (found.length < limit) return { entries, more: false };
  }
}
