import type { LogEntry } from '../types.ts';
import { entryBytes } from './entry-bytes.ts';
import type { ReadLimit } from './log-storage.ts';

/** The longest beginning of `entries` that keeps to the limit, and one entry at least. */
export function takeWithin(entries: readonly LogEntry[], limit: ReadLimit): readonly LogEntry[] {
  let bytes = 0;
  let count = 0;
  for (const entry of entries) {
    bytes += entryBytes(entry);
    if (count > 0 && (count >= limit.maxEntries || bytes > limit.maxBytes)) break;
    count += 1;
  }
  return count === entries.length ? entries : entries.slice(0, count);
}
