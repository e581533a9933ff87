import { invariant } from '../invariant.ts';
import { entryBytes } from '../storage/entry-bytes.ts';
import type { LogStorage } from '../storage/log-storage.ts';
import { type LogIndex, logIndex, maxIndex } from '../types.ts';

/** So much is read at once: a log store that reads on and on lets no heartbeat leave, and the followers of a leader that has just won campaign against it. */
const page = { maxEntries: 1_024, maxBytes: 1024 * 1024 } as const;

/** How many bytes of commands a part of the log holds, and where that part ends. */
export interface UncommittedTail {
  readonly uncommittedBytes: number;
  readonly countedThrough: LogIndex;
}

/** A page of what a leader that takes office inherits: the commands from beyond `after` on. A leader's own entries are no commands, and count for nothing. */
export function uncommittedTail(
  storage: Pick<LogStorage, 'firstIndex' | 'lastIndex' | 'read'>,
  after: LogIndex,
): UncommittedTail {
  const from = maxIndex(logIndex(after + 1), storage.firstIndex);
  if (from > storage.lastIndex) return { uncommittedBytes: 0, countedThrough: storage.lastIndex };
  const entries = storage.read(from, page);
  invariant(entries.length > 0, () => `the log ends at ${storage.lastIndex}, and has nothing from ${from} on`);
  const commands = entries.filter(({ kind }) => kind === 'command');
  return {
    uncommittedBytes: commands.reduce((bytes, entry) => bytes + entryBytes(entry), 0),
    countedThrough: logIndex(from + entries.length - 1),
  };
}
