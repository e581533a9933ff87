import { invariant } from '../invariant.ts';
import type { LogStorage } from '../storage/log-storage.ts';
import { type LogEntry, type LogIndex, logIndex, type Term, term } from '../types.ts';

/** What an AppendEntries asks of a follower's log. */
export interface AppendRequest {
  readonly prevLogIndex: LogIndex;
  readonly prevLogTerm: Term;
  readonly entries: readonly LogEntry[];
}

/** What comes of it: the logs part before prevLogIndex, or these entries are new, perhaps after a truncation. */
export type AppendVerdict =
  | { readonly kind: 'conflict'; readonly conflictIndex: LogIndex; readonly conflictTerm: Term }
  | { readonly kind: 'match'; readonly truncateFrom: LogIndex | null; readonly newEntries: readonly LogEntry[] };

/**
 * The consistency check of AppendEntries (Raft figure 2, receiver steps 2 to 4). Only a real conflict truncates: an
 * append that comes late and holds less than the log has leaves it alone (CCF#5991, willemt/raft#118).
 * @throws {InvariantViolated} if a committed entry would have to go
 */
export function verifyAppend(log: LogStorage, commitIndex: LogIndex, request: AppendRequest): AppendVerdict {
  const base = logIndex(log.firstIndex - 1);
  if (request.prevLogIndex < base) return verifyAppend(log, commitIndex, afterBase(log, base, request));
  if (log.termAt(request.prevLogIndex) !== request.prevLogTerm) {
    return {
      kind: 'conflict',
      ...lastIndexNotAbove(log, request.prevLogTerm, logIndex(Math.max(0, request.prevLogIndex - 1))),
    };
  }
  const known = request.entries.findIndex((entry) => log.termAt(entry.index) !== entry.term);
  if (known === -1) return { kind: 'match', truncateFrom: null, newEntries: [] };
  const newEntries = request.entries.slice(known);
  const from = logIndex(request.prevLogIndex + known + 1);
  if (from > log.lastIndex) return { kind: 'match', truncateFrom: null, newEntries };
  invariant(
    from > commitIndex,
    () => `a leader wants entry ${from} replaced, which is committed (commitIndex ${commitIndex})`,
  );
  return { kind: 'match', truncateFrom: from, newEntries };
}

/** What is compacted is committed, and the same in every leader's log: only what follows it is looked at (willemt/raft#118). */
function afterBase(log: LogStorage, base: LogIndex, { entries }: AppendRequest): AppendRequest {
  const rest = entries.filter(({ index }) => index > base);
  return { prevLogIndex: base, prevLogTerm: log.termAt(base) ?? term(0), entries: rest };
}

/**
 * The largest index, up to `limit`, whose term is not above `highest`: where two logs may still agree. Both sides skip a
 * whole term at a time, so that a diverged follower costs one round trip for each term (Raft §5.3, end).
 */
export function lastIndexNotAbove(
  log: LogStorage,
  highest: Term,
  limit: LogIndex,
): { conflictIndex: LogIndex; conflictTerm: Term } {
  let index = Math.min(limit, log.lastIndex);
  while (index >= log.firstIndex) {
    const found = log.termAt(logIndex(index));
    if (found !== null && found <= highest) return { conflictIndex: logIndex(index), conflictTerm: found };
    index -= 1;
  }
  const base = logIndex(Math.max(0, log.firstIndex - 1));
  return { conflictIndex: base, conflictTerm: log.termAt(base) ?? term(0) };
}
