import type { WatchPage } from '@quorate/config-store';
import type { PlantedBug } from './plant.ts';

/** The page without the last change of a transaction of several, and as if it had been given. */
function torn(page: WatchPage): WatchPage {
  const { changes } = page;
  const last = changes.at(-1);
  const isOne = last === undefined || changes.at(-2)?.revision !== last.revision;
  return isOne ? page : { ...page, changes: changes.slice(0, -1) };
}

/** One of the planted bugs. */
export const watchTearsATransaction: PlantedBug = {
  name: 'watch-tears-a-transaction',
  breaks: 'A page of a watch ends within a transaction, and the next begins behind it.',
  reference: 'etcd, API guarantees: a watch is atomic',
  plant: { watchPage: torn },
};
