import { type ExpectedChange, expectedChanges } from './expected-changes.ts';
import type { GivenChange, HistoryRevision, RecordedWatch, WatchEvent } from './watch-history.ts';

/** What a watch promises; etcd's names. */
export type WatchGuarantee =
  /** Changes come in the order of their revisions, and of the transaction within one. */
  | 'ordered'
  /** None comes twice. */
  | 'unique'
  /** A transaction comes whole. */
  | 'atomic'
  /** None is left out between the first and the last that came. */
  | 'reliable'
  /** A watch that goes on begins where it was asked to. */
  | 'resumable'
  /** Whatever comes after a mark of progress is of a later revision, and nothing before it is missing. */
  | 'bookmarked'
  /** Nothing comes that was not asked for. */
  | 'filtered'
  /** Nothing comes that did not happen so. */
  | 'committed'
  /** What a change replaced is what was there before it. */
  | 'previous';

/** A promise that was not kept. */
export interface WatchViolation {
  readonly guarantee: WatchGuarantee;
  /** Which of the watch's events shows it. */
  readonly event: number;
  /** For people. */
  readonly message: string;
}

/**
 * Whether a watcher saw what it was to see of what happened. It may have seen less than all: what is missing behind the last that came, or behind the last mark
 * of progress, may be on its way. Null if all promises were kept. `history` begins at revision 1, and goes to the last that the watcher saw.
 */
export function checkWatch(history: readonly HistoryRevision[], watch: RecordedWatch): WatchViolation | null {
  const check = new WatchCheck(history, watch);
  for (const [at, event] of watch.events.entries()) {
    const broken = check.take(event);
    if (broken !== null) return { ...broken, event: at };
  }
  return null;
}

type Broken = Pick<WatchViolation, 'guarantee' | 'message'>;

class WatchCheck {
  /** What is wanted, by revision. */
  readonly #wanted: ReadonlyMap<number, readonly ExpectedChange[]>;
  readonly #all: ReadonlyMap<number, readonly ExpectedChange[]>;
  readonly #given = new Map<number, readonly GivenChange[]>();
  /** All that is wanted before this revision was given. */
  #next = 1;
  #bookmark = 0;
  /** Where the watch was opened last, until something has come since. */
  #openedAt: number | null = null;

  constructor(history: readonly HistoryRevision[], { selects, filter }: RecordedWatch) {
    const all = expectedChanges(history);
    const isWanted = ({ key, op }: ExpectedChange): boolean => selects(key) && (filter === null || filter === op);
    this.#all = all;
    this.#wanted = new Map([...all].map(([revision, changes]) => [revision, changes.filter(isWanted)]));
  }

  take(event: WatchEvent): Broken | null {
    switch (event.kind) {
      case 'opened':
        return this.#opened(event.from);
      case 'progress':
        return this.#progress(event.revision);
      case 'given':
        return this.#take(event.revision, event.changes);
      default:
        return event satisfies never;
    }
  }

  /** Whoever opens a watch says what it wants: from there on nothing may be missing, and nothing before it may come. */
  #opened(from: number): null {
    this.#next = from;
    this.#openedAt = from;
    this.#bookmark = 0;
    this.#given.clear();
    return null;
  }

  #progress(revision: number): Broken | null {
    const missing = this.#missingBefore(revision + 1);
    if (missing !== null) {
      return { guarantee: 'bookmarked', message: `all up to ${revision} is said to have come, and ${missing} has not` };
    }
    this.#bookmark = Math.max(this.#bookmark, revision);
    this.#next = Math.max(this.#next, revision + 1);
    this.#openedAt = null;
    return null;
  }

  #take(revision: number, changes: readonly GivenChange[]): Broken | null {
    const openedAt = this.#openedAt;
    if (openedAt !== null && revision < openedAt) {
      return { guarantee: 'resumable', message: `revision ${revision} came, and ${openedAt} was to be the first` };
    }
    const earlier = this.#given.get(revision);
    if (earlier !== undefined) return repeated(revision, earlier, changes);
    if (revision <= this.#bookmark) {
      return { guarantee: 'bookmarked', message: `revision ${revision} came after all up to ${this.#bookmark} had` };
    }
    if (revision < this.#next) {
      return { guarantee: 'ordered', message: `revision ${revision} came after ${this.#next - 1}` };
    }
    const missing = this.#missingBefore(revision);
    if (missing !== null) {
      const guarantee = openedAt === null ? 'reliable' : 'resumable';
      return { guarantee, message: `revision ${revision} came, and ${missing} before it did not` };
    }
    this.#given.set(revision, changes);
    this.#next = revision + 1;
    this.#openedAt = null;
    return this.#compare(revision, changes);
  }

  /** The first revision that is wanted, comes before another, and was not given; null if there is none. */
  #missingBefore(revision: number): number | null {
    for (let at = this.#next; at < revision; at += 1) if ((this.#wanted.get(at) ?? []).length > 0) return at;
    return null;
  }

  #compare(revision: number, given: readonly GivenChange[]): Broken | null {
    const wanted = this.#wanted.get(revision) ?? [];
    const where = (key: string): string => `${key} of revision ${revision}`;
    for (const { key, op } of given) {
      const happened = this.#all.get(revision)?.find((change) => change.key === key);
      if (happened?.op !== op) return { guarantee: 'committed', message: `no ${op} of ${where(key)} happened` };
      if (!wanted.includes(happened)) return { guarantee: 'filtered', message: `${where(key)} was not wanted` };
    }
    const twice = given.find(({ key }, at) => given.findIndex((other) => other.key === key) !== at);
    if (twice !== undefined) return { guarantee: 'unique', message: `${where(twice.key)} came twice` };
    if (given.length < wanted.length) {
      const missing = wanted.find(({ key }) => !given.some((change) => change.key === key));
      return { guarantee: 'atomic', message: `revision ${revision} came without ${missing?.key}` };
    }
    for (const [at, change] of given.entries()) {
      const expected = wanted[at];
      if (expected?.key !== change.key) {
        return { guarantee: 'ordered', message: `${where(change.key)} came in the place of ${expected?.key}` };
      }
      const isOther = change.op === 'put' && change.value !== null && change.value !== expected.value;
      if (isOther) return { guarantee: 'committed', message: `${where(change.key)} came with another value` };
      if (change.previous !== undefined && change.previous !== expected.previous) {
        return { guarantee: 'previous', message: `${where(change.key)} came with another previous value` };
      }
    }
    return null;
  }
}

function repeated(revision: number, earlier: readonly GivenChange[], changes: readonly GivenChange[]): Broken {
  const twice = changes.find(({ key }) => earlier.some((change) => change.key === key));
  if (twice !== undefined || changes.length === 0) {
    return { guarantee: 'unique', message: `${twice?.key ?? 'nothing'} of revision ${revision} came again` };
  }
  return { guarantee: 'atomic', message: `more of revision ${revision} came later` };
}
