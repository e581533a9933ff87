import type { Tables } from '@quorate/config-store';
import type { PlantedBug } from './plant.ts';

const countingAll = (tables: Tables): Tables => ({
  get progress() {
    return tables.progress;
  },
  get: (key) => tables.get(key),
  range: (range) => tables.range(range),
  transaction: (step) =>
    tables.transaction((writer) =>
      step({
        get progress() {
          return writer.progress;
        },
        get: (key) => writer.get(key),
        range: (range) => writer.range(range),
        put: (entry) => writer.put(entry),
        delete: (key) => writer.delete(key),
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
