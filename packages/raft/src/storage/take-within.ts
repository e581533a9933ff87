import type { LogEntry } from '../types.ts';
import type { ReadLimit } from './log-storage.ts';

/** What an entry costs beside its command, at most: term, index, kind and a traceparent. */
const entryEnvelopeBytes = 128;

/** The longest beginning of `entries` that keeps to the limit, and one entry at least. */
export function takeWithin(entries: readonly LogEntry[], limit: ReadLimit): readonly LogEntry[] {
  let bytes = 0;
  let count = 0;
  for (const entry of entries) {
    bytes += entry.command.length + entryEnvelopeBytes;
    if (count > 0 && (count >= limit.maxEntries || bytes > limit.maxBytes)) break;
    count += 1;
  }
  return count === entries.length ? entries : entries.slice(0, count);
}
