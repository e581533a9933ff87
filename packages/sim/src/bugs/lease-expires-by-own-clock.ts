import { leasesTable, type Tables } from '@quorate/config-store';
import { alteredRows } from '../host/altered-rows.ts';
import type { PlantedBug } from './plant.ts';

/** So much later a lease was heard of for each time that a node has looked at any, up to some: no two nodes look equally often. */
const laterMs = 97;
const looksOfOneRound = 7;

function byOwnClock(tables: Tables): Tables {
  let looks = 0;
  return alteredRows(tables, leasesTable.id, (fields) => {
    looks += 1;
    const [ttlMs = 0, owner = '', heardAtMs = 0, ...rest] = fields;
    return [ttlMs, owner, Number(heardAtMs) + (looks % looksOfOneRound) * laterMs, ...rest];
  });
}

/** One of the planted bugs. */
export const leaseExpiresByOwnClock: PlantedBug = {
  name: 'lease-expires-by-own-clock',
  breaks: 'Whether a lease is over is told by what each node has seen pass by itself, and not by the time in the log.',
  reference: 'rule 17, of sessions: expiry by log time, carried in entries',
  plant: { tables: byOwnClock },
};
