import type { ChangePlace } from '../tables/change-place.ts';
import type { WatchedChange, WatchPage } from './watch.ts';

/** What one transaction did to the keys that are watched: all of it. */
export interface WholeRevision {
  readonly revision: number;
  readonly changes: readonly WatchedChange[];
}

/** What a watcher was given, page by page: it puts transactions together that come in parts, and knows where it goes on. */
export class WatchAssembly {
  #next: ChangePlace;
  /** Of a revision that is not whole: what has come of it. */
  #part: WatchedChange[] = [];

  /** `fromRevision`: the first that is wanted. */
  constructor(fromRevision: number) {
    this.#next = { revision: fromRevision, ordinal: 0 };
  }

  /** What is to be asked for next. */
  get next(): ChangePlace {
    return this.#next;
  }

  /** All that is wanted up to this revision and with it was given. */
  get seen(): number {
    return this.#next.revision - 1;
  }

  /** Takes the page that begins at `next`, and gives the revisions that are whole by it. */
  take({ changes, next }: WatchPage): readonly WholeRevision[] {
    const whole: WholeRevision[] = [];
    for (const change of changes) {
      const [first] = this.#part;
      if (first !== undefined && first.revision !== change.revision) whole.push(this.#takePart(first.revision));
      this.#part.push(change);
    }
    const [first] = this.#part;
    if (first !== undefined && first.revision < next.revision) whole.push(this.#takePart(first.revision));
    this.#next = next;
    return whole;
  }

  #takePart(revision: number): WholeRevision {
    const changes = this.#part;
    this.#part = [];
    return { revision, changes };
  }
}
