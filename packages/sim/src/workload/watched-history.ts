import type { HistoryChange, HistoryRevision } from '@quorate/checker';
import { simulatedStore } from '../host/simulated-store.ts';
import type { CommittedEntries } from '../invariants/committed-entries.ts';
import { changesOf, type PlainTransaction } from './client-transactions.ts';
import { isLeaseWork, type PlainWrite, plainCodec } from './plain-codec.ts';
import { textOf } from './text-bytes.ts';

/** What each revision did, by what was committed: each command that made a revision did what it says. */
export function watchedHistory(committed: CommittedEntries): readonly HistoryRevision[] {
  const store = simulatedStore({});
  const history: HistoryRevision[] = [];
  const revisions = new Map<string, number>();
  for (let index = 1; index <= committed.lastIndex; index += 1) {
    const entry = committed.at(index)?.entry;
    if (entry === undefined) break;
    const before = store.revision;
    store.apply([entry]);
    if (store.revision === before) continue;
    const command = plainCodec.decodeCommand(entry.command);
    // No run has both lease holders and watchers.
    if (command.kind === 'openSession' || isLeaseWork(command)) continue;
    const { revision } = store;
    const changes = changesMade(command, (key) => revisions.get(key) ?? 0);
    for (const { key, op } of changes) revisions.set(key, op === 'put' ? revision : 0);
    history.push({ revision, changes });
  }
  return history;
}

/** What a command that changed something did. */
function changesMade(
  command: PlainWrite | PlainTransaction,
  revisionOf: (key: string) => number,
): readonly HistoryChange[] {
  if (command.kind === 'txn') {
    return changesOf(command.asked, revisionOf).map(({ key, value }) =>
      value === null ? { key, op: 'delete' } : { key, op: 'put', value },
    );
  }
  const { kind, key } = command;
  return kind === 'put' ? [{ key, op: kind, value: textOf(command.value) }] : [{ key, op: kind }];
}
