import type { PlantedBug } from './plant.ts';

/** One of the planted bugs. */
export const watchGoesBackWithALaggingNode: PlantedBug = {
  name: 'watch-goes-back-with-a-lagging-node',
  breaks: 'A node that has not come so far as the watcher gives it what comes next there.',
  reference: 'etcd, API guarantees: a watch is ordered; etcd#15271',
  plant: {
    watchPage: (page, { from }, revision) =>
      from.revision > revision + 1 ? { changes: [], next: { revision: revision + 1, ordinal: 0 } } : page,
  },
};
