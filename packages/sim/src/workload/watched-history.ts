import type { HistoryRevision } from '@quorate/checker';
import { simulatedStore } from '../host/simulated-store.ts';
import type { CommittedEntries } from '../invariants/committed-entries.ts';
import { isLeaseWork, plainCodec, textOf } from './plain-codec.ts';

/** What each revision did, by what was committed: each command that made a revision did what it says to its one key. */
export function watchedHistory(committed: CommittedEntries): readonly HistoryRevision[] {
  const store = simulatedStore({});
  const history: HistoryRevision[] = [];
  for (let index = 1; index <= committed.lastIndex; index += 1) {
    const entry = committed.at(index)?.entry;
    if (entry === undefined) break;
    const before = store.revision;
    store.apply([entry]);
    if (store.revision === before) continue;
    const command = plainCodec.decodeCommand(entry.command);
    // No run has both leases and watchers.
    if (command.kind === 'openSession' || isLeaseWork(command)) continue;
    const { key } = command;
    const change = command.kind === 'put' ? { key, op: 'put' as const, value: textOf(command.value) } : null;
    history.push({ revision: store.revision, changes: [change ?? { key, op: 'delete' }] });
  }
  return history;
}
