import type { Context, Sender } from '@quorate/actor';
import { logStoreAt } from '../addresses.ts';
import { entryBytes } from '../storage/entry-bytes.ts';
import type { LogStorage } from '../storage/log-storage.ts';
import type { LogEntry, LogIndex, Term } from '../types.ts';
import type { LogStoreMessage } from './messages.ts';

type FetchEntries = Extract<LogStoreMessage, { kind: 'fetchEntries' }>;

/**
 * Gives a peer the entries that its log cannot read any more, as far as this log has them: committed or not, for the peer knows itself
 * which ones it had. It may be asked of a node that has holes too, in other places: so a group comes back in which no node is whole.
 */
export function answerFetch(
  context: Context<LogStoreMessage>,
  { storage, leaderTerm }: { readonly storage: LogStorage; readonly leaderTerm: Term | null },
  { sequence, indexes, maxBytes }: FetchEntries,
  from: Sender,
): void {
  const holes = new Set(storage.holes);
  const isHere = (index: LogIndex): boolean =>
    index >= storage.firstIndex && index <= storage.lastIndex && !holes.has(index);
  const entries: LogEntry[] = [];
  let throughIndex: LogIndex | null = null;
  let bytes = 0;
  for (const index of indexes) {
    const [entry] = isHere(index) ? storage.read(index, { maxEntries: 1, maxBytes }) : [];
    bytes += entry === undefined ? 0 : entryBytes(entry);
    if (entries.length > 0 && bytes > maxBytes) break;
    if (entry !== undefined) entries.push(entry);
    throughIndex = index;
  }
  if (throughIndex === null) return;
  context.send(logStoreAt({ node: from.node, group: context.self.group }), {
    kind: 'fetchedEntries',
    incarnation: from.incarnation,
    sequence,
    leaderTerm,
    entries,
    throughIndex,
  });
}
