import { type EntryTime, type LogIndex, timeBeforeLog } from '../types.ts';
import type { LogStorage } from './log-storage.ts';

/**
 * The time of the entry at `index`; null where it is not known. A log that begins after a snapshot has none of the entries before, and goes on from the
 * snapshot's: else its next leader would begin anew at zero, and time would go back for all.
 * @throws {CorruptRecord} if the entry's record does not pass its check
 */
export function timeAt(log: Pick<LogStorage, 'snapshot' | 'read'>, index: LogIndex): EntryTime | null {
  if (index === 0) return timeBeforeLog;
  if (log.snapshot?.index === index) return log.snapshot;
  const [entry] = log.read(index, { maxEntries: 1, maxBytes: 0 });
  return entry ?? null;
}
