import type { StoredEntry, WatchedChange } from '@quorate/config-store';
import type { PlantedBug } from './plant.ts';

/** What was there before the first change of each key, for all of them. */
function withFirstPrevious(changes: readonly WatchedChange[]): readonly WatchedChange[] {
  const first = new Map<string, StoredEntry | null>();
  return changes.map((change) => {
    const { key, previous } = change;
    if (!first.has(key)) first.set(key, previous);
    return { ...change, previous: first.get(key) ?? null };
  });
}

/** One of the planted bugs. */
export const watchPreviousOfThePagesBeginning: PlantedBug = {
  name: 'watch-previous-of-the-pages-beginning',
  breaks: 'What was there before a change is looked up as it was before the page, and not before the change.',
  reference: 'etcd, robustness tests: the previous value of an event is that of the revision before it',
  plant: { watchPage: (page) => ({ ...page, changes: withFirstPrevious(page.changes) }) },
};
