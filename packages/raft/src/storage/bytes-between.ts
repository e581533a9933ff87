import { type LogIndex, logIndex } from '../types.ts';
import { entryBytes } from './entry-bytes.ts';
import type { LogStorage } from './log-storage.ts';

const page = { maxEntries: 1_024, maxBytes: 1024 * 1024 } as const;

/** What the entries after `before` count for, up to `through`, as far as the log has them. @throws {CorruptRecord} */
export function bytesBetween(
  log: Pick<LogStorage, 'firstIndex' | 'read'>,
  before: LogIndex,
  through: LogIndex,
): number {
  let bytes = 0;
  let from: number = Math.max(before + 1, log.firstIndex);
  while (from <= through) {
    const entries = log.read(logIndex(from), page).filter(({ index }) => index <= through);
    if (entries.length === 0) break;
    bytes += entries.reduce((sum, entry) => sum + entryBytes(entry), 0);
    from += entries.length;
  }
  return bytes;
}
