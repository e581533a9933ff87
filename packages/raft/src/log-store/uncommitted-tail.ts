import { invariant } from '../invariant.ts';
import type { RaftSettings } from '../settings.ts';
import { entryBytes } from '../storage/entry-bytes.ts';
import type { LogStorage } from '../storage/log-storage.ts';
import { type LogIndex, logIndex, maxIndex } from '../types.ts';

/**
 * How many bytes of commands the log holds beyond `commitIndex`: what a leader that takes office inherits. A leader's own entries are no commands, and
 * count for nothing. Of a long tail only so much is read as makes a difference, which is the limit and a batch.
 */
export function uncommittedTailBytes(storage: LogStorage, commitIndex: LogIndex, settings: RaftSettings): number {
  const { maxUncommittedBytes, maxBatchEntries: maxEntries, maxBatchBytes: maxBytes } = settings;
  let bytes = 0;
  let from = maxIndex(logIndex(commitIndex + 1), storage.firstIndex);
  while (from <= storage.lastIndex && bytes <= maxUncommittedBytes) {
    const entries = storage.read(from, { maxEntries, maxBytes });
    invariant(entries.length > 0, () => `the log ends at ${storage.lastIndex}, and has nothing from ${from} on`);
    for (const entry of entries) if (entry.kind === 'command') bytes += entryBytes(entry);
    from = logIndex(from + entries.length);
  }
  return bytes;
}
