import type { Tables } from '@quorate/config-store';
import type { PlantedBug } from './plant.ts';

const countingAll = (tables: Tables): Tables => ({
  get progress() {
    return tables.progress;
  },
  get: (table, key) => tables.get(table, key),
  range: (table, range) => tables.range(table, range),
  transaction: (step) =>
    tables.transaction((writer) =>
      step({
        get progress() {
          return writer.progress;
        },
        get: (table, key) => writer.get(table, key),
        range: (table, range) => writer.range(table, range),
        put: (table, key, row) => writer.put(table, key, row),
        delete: (table, key) => writer.delete(table, key),
        setProgress: (next) => writer.setProgress({ ...next, revision: writer.progress.revision + 1 }),
      }),
    ),
});

/** One of the planted bugs. */
export const failedTransactionRaisesRevision: PlantedBug = {
  name: 'failed-transaction-raises-revision',
  breaks: 'The revision counts entries, also those that changed nothing.',
  reference: 'the design: a revision is up by one for each transaction that changes something',
  plant: { tables: countingAll },
};
