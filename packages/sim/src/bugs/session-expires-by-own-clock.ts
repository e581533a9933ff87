import { sessionsTable, type Tables } from '@quorate/config-store';
import { alteredRows } from '../host/altered-rows.ts';
import type { PlantedBug } from './plant.ts';

/** A session is over when a node has looked for any of them so often since it first saw this one: no two nodes do so equally often. */
const lifetimeLooks = 60;

function byOwnClock(tables: Tables): Tables {
  const firstSeen = new Map<string, number>();
  let looks = 0;
  return alteredRows(tables, sessionsTable.id, (fields, key) => {
    looks += 1;
    const session = key.join(' ');
    const first = firstSeen.get(session) ?? looks;
    firstSeen.set(session, first);
    return looks - first > lifetimeLooks ? null : fields;
  });
}

/** One of the planted bugs. */
export const sessionExpiresByOwnClock: PlantedBug = {
  name: 'session-expires-by-own-clock',
  breaks:
    'Whether a session has expired is told by what each node has seen pass by itself, and not by the time in the log.',
  reference: 'rule 17: expiry by log time, carried in entries',
  plant: { tables: byOwnClock },
};
