import { sessionsTable } from '@quorate/config-store';
import { alteredRows } from '../host/altered-rows.ts';
import type { PlantedBug } from './plant.ts';

/** One of the planted bugs. */
export const sessionResultForgotten: PlantedBug = {
  name: 'session-result-forgotten',
  breaks: 'The result of a write is forgotten while its client may ask for it again.',
  reference: 'rule 17; Raft, dissertation §6.3',
  plant: {
    tables: (tables) => alteredRows(tables, sessionsTable.id, (fields) => [...fields.slice(0, 4), 0]),
  },
};
