import { sessionsTable, type Tables } from '@quorate/config-store';
import { alteredRows, toldOfTransactions } from '../host/altered-rows.ts';
import type { PlantedBug } from './plant.ts';

/** What is loaded is applied in one step to a store that has nothing yet, and is more than comes by itself at first. */
const loadedEntries = 10;

function withoutLoadedSessions(tables: Tables): Tables {
  let loadedIndex = 0;
  const altered = alteredRows(tables, sessionsTable.id, (fields, [session = 0]) =>
    Number(session) <= loadedIndex ? null : fields,
  );
  return toldOfTransactions(altered, (before) => {
    const { lastApplied } = tables.progress;
    if (before.lastApplied === 0 && lastApplied > loadedEntries) loadedIndex = lastApplied;
  });
}

/** One of the planted bugs. */
export const sessionsNotInSnapshot: PlantedBug = {
  name: 'sessions-not-in-snapshot',
  breaks:
    'A snapshot has the keys and not the sessions: whoever loads it does again what was done before, or refuses it.',
  reference: 'rule 17; Raft §7 and §8: sessions are state of the state machine',
  plant: { tables: withoutLoadedSessions },
};
