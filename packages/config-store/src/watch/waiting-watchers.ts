import { readHistory } from '../history/open-history.ts';
import { type ChangePlace, comparePlaces } from '../tables/change-place.ts';
import type { TablesReader } from '../tables/tables.ts';
import { scanChanges } from './scan-changes.ts';
import type { WatchRequest } from './watch.ts';
import { WatcherIndex } from './watcher-index.ts';

/** A watcher for whom there is nothing yet. */
export interface WaitingWatcher {
  readonly request: WatchRequest;
  /** Something is there from this place on, and nothing before it. It is not waited for any more. Must not throw. */
  wake(from: ChangePlace): void;
}

/**
 * The watchers of a node that have seen all that there is. Each change is looked at once for all of them, in order, some time after it was applied: a
 * write waits for no watcher, and one whom it does not concern costs it nothing.
 */
export class WaitingWatchers {
  readonly #tables: TablesReader;
  readonly #index = new WatcherIndex<WaitingWatcher>();
  /** What comes before it was looked at. */
  #next: ChangePlace = { revision: 1, ordinal: 0 };

  constructor(tables: TablesReader) {
    this.#tables = tables;
  }

  /** How many wait. */
  get size(): number {
    return this.#index.size;
  }

  /** Up to this place there is nothing for those that wait now, unless they wait for what comes later. */
  get next(): ChangePlace {
    return this.#next;
  }

  /** Waits, after a page that was read in this very step gave nothing: what is applied later is not missed. */
  add(watcher: WaitingWatcher): void {
    if (this.#index.size === 0) this.#next = { revision: this.#tables.progress.revision + 1, ordinal: 0 };
    this.#index.add(watcher.request.keys, watcher);
  }

  /** Waits no more. */
  remove(watcher: WaitingWatcher): void {
    this.#index.delete(watcher.request.keys, watcher);
  }

  /** Looks at what was applied since, at so many changes at most, and wakes whom they concern. Whether there is more to look at. */
  look(maxChanges: number): boolean {
    const { revision } = this.#tables.progress;
    if (this.#index.size === 0 || this.#next.revision > revision) return false;
    // Compaction was faster: each has to find out what it missed.
    if (this.#next.revision < readHistory(this.#tables).oldestRevision) {
      this.#wakeAll();
      return false;
    }
    let looked = 0;
    for (const { key: place, row } of scanChanges(this.#tables, this.#next)) {
      if (looked === maxChanges) {
        this.#next = place;
        return true;
      }
      looked += 1;
      for (const watcher of this.#index.watching(row.key)) {
        const { from, filter } = watcher.request;
        if ((filter !== null && filter !== row.op) || comparePlaces(place, from) < 0) continue;
        this.remove(watcher);
        // A revision begins at its beginning, or where the watcher was within it.
        watcher.wake(place.revision === from.revision ? from : { revision: place.revision, ordinal: 0 });
      }
    }
    this.#next = { revision: revision + 1, ordinal: 0 };
    return false;
  }

  #wakeAll(): void {
    for (const watcher of [...this.#index.all()]) {
      this.remove(watcher);
      watcher.wake(watcher.request.from);
    }
  }
}
