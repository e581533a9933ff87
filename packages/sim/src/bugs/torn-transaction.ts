import { keysTable, type Tables } from '@quorate/config-store';
import type { PlantedBug } from './plant.ts';

/** Of the keys that a transaction writes, only the first is written. */
const withFirstKeyAlone = (tables: Tables): Tables => ({
  get progress() {
    return tables.progress;
  },
  get: (table, key) => tables.get(table, key),
  range: (table, range) => tables.range(table, range),
  transaction: (step) =>
    tables.transaction((writer) => {
      const writtenAt = new Set<number>();
      return step({
        get progress() {
          return writer.progress;
        },
        get: (table, key) => writer.get(table, key),
        range: (table, range) => writer.range(table, range),
        put: (table, key, row) => {
          const revision = writer.progress.revision;
          if (table.id === keysTable.id && writtenAt.has(revision)) return;
          if (table.id === keysTable.id) writtenAt.add(revision);
          writer.put(table, key, row);
        },
        delete: (table, key) => writer.delete(table, key),
        setProgress: (next) => writer.setProgress(next),
      });
    }),
});

/** One of the planted bugs. */
export const tornTransaction: PlantedBug = {
  name: 'torn-transaction',
  breaks: 'Of a transaction that writes two keys only the first is written.',
  reference: 'The contract of a transaction: all of it or nothing',
  plant: { tables: withFirstKeyAlone },
};
