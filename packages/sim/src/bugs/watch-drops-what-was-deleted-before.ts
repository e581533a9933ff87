import type { PlantedBug } from './plant.ts';

/** One of the planted bugs. */
export const watchDropsWhatWasDeletedBefore: PlantedBug = {
  name: 'watch-drops-what-was-deleted-before',
  breaks: 'A filter for puts takes the put of a key that was deleted before for another kind of change.',
  reference: 'etcd, API guarantees: a watch is reliable, and filtered by what it asked for alone',
  plant: {
    watchPage: (page, { filter }) => ({
      ...page,
      changes: page.changes.filter((change) => filter === null || change.op === 'delete' || change.version > 1),
    }),
  },
};
