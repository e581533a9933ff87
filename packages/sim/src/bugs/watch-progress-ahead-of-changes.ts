import type { PlantedBug } from './plant.ts';

/** So many changes fit into a page. */
const pageChanges = 2;

/** One of the planted bugs. */
export const watchProgressAheadOfChanges: PlantedBug = {
  name: 'watch-progress-ahead-of-changes',
  breaks:
    'A page that is full says that all was given up to where the node has come, and not up to where the page ends.',
  reference: 'etcd, API guarantees: a watch is bookmarked; etcd#15220',
  plant: { watchPage: (page) => ({ ...page, changes: page.changes.slice(0, pageChanges) }) },
};
