import { sessionsTable } from '@quorate/config-store';
import { alteredRows, type Field } from '../host/altered-rows.ts';
import type { PlantedBug } from './plant.ts';

/** With the floor at 0: the results that are there stay. */
function withoutFloor(fields: readonly Field[]): readonly Field[] {
  const [ttlMs = 0, heardAtMs = 0, checkedAtMs = 0, floor = 0, count = 0, ...results] = fields;
  const above = results.map((field) => (typeof field === 'number' ? field + Number(floor) : field));
  return [ttlMs, heardAtMs, checkedAtMs, 0, count, ...above];
}

/** One of the planted bugs. */
export const sessionFloorFalls: PlantedBug = {
  name: 'session-floor-falls',
  breaks:
    'The floor of a session is what the last message said, also if that is late: what is below the true one, and forgotten, is done again.',
  reference: 'rule 17: the floor never falls',
  plant: { tables: (tables) => alteredRows(tables, sessionsTable.id, withoutFloor) },
};
