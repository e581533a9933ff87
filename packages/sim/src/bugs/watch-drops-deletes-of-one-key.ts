import type { PlantedBug } from './plant.ts';

/** One of the planted bugs. */
export const watchDropsDeletesOfOneKey: PlantedBug = {
  name: 'watch-drops-deletes-of-one-key',
  breaks: 'A watcher of one key is not told that it was removed: there is nothing to look up any more.',
  reference: 'etcd#18089: a watch lost the delete of a key',
  plant: {
    watchPage: (page, { keys }) => ({
      ...page,
      changes: page.changes.filter(({ op }) => op === 'put' || !('key' in keys)),
    }),
  },
};
