import { invariant } from '@quorate/raft';
import { RevisionCompacted } from '../history/errors.ts';
import { readHistory } from '../history/open-history.ts';
import { isSelected } from '../key-range.ts';
import { MAX_PAGE_BYTES, pageBytesOf } from '../limits.ts';
import type { ChangePlace } from '../tables/change-place.ts';
import { type ChangeRow, changesTable } from '../tables/changes-table.ts';
import { entryOf, type StoredEntry } from '../tables/keys-table.ts';
import type { TablesReader } from '../tables/tables.ts';
import { scanChanges } from './scan-changes.ts';
import type { WatchedChange, WatchPage, WatchRequest } from './watch.ts';

/** How many changes a page looks at, and how many bytes of them, whether they are wanted or not: one that looks for few among many holds nobody up. */
const maxChangesLookedAt = 512;
const maxBytesLookedAt = 2 * MAX_PAGE_BYTES;

/** What a change takes in a page beside what an entry takes: where it comes from, and its trace. */
const originBytes = 160;

/**
 * Reads what a watcher wants, from the disk of the node that it asks. A revision comes whole, or begins the next page; only one that is larger than
 * a page comes in parts.
 * @throws {RevisionCompacted} if some of what happened from there on is not kept any more
 */
export function readWatchPage(tables: TablesReader, request: WatchRequest): WatchPage {
  const { from } = request;
  const { revision: newest } = tables.progress;
  if (from.revision > newest) return { changes: [], next: from };
  checkIsKept(tables, from);
  const page = new OpenPage(tables, request);
  for (const { key: place, row } of scanChanges(tables, from)) {
    if (!page.add(place, row)) return page.endedBefore(place);
  }
  return page.endedBefore({ revision: newest + 1, ordinal: 0 });
}

/** Compaction overtakes a watcher that is slow: what it missed is gone, and it has to be told. @throws {RevisionCompacted} */
function checkIsKept(tables: TablesReader, { revision }: ChangePlace): void {
  const { oldestRevision } = readHistory(tables);
  if (revision >= oldestRevision) return;
  throw new RevisionCompacted({ revision: String(revision), oldestRevision: String(oldestRevision) });
}

/** A page that is being filled. */
class OpenPage {
  readonly #tables: TablesReader;
  readonly #request: WatchRequest;
  readonly #changes: WatchedChange[] = [];
  #bytes = 0;
  #looked = 0;
  #lookedBytes = 0;
  #traceparent: string | null = null;

  constructor(tables: TablesReader, request: WatchRequest) {
    this.#tables = tables;
    this.#request = request;
    const { revision, ordinal } = request.from;
    // What belongs to the whole revision stands in its first change.
    if (ordinal > 0) this.#traceparent = tables.get(changesTable, { revision, ordinal: 0 })?.traceparent ?? null;
  }

  /** False if the page ends before this change. */
  add(place: ChangePlace, row: ChangeRow): boolean {
    if (this.#looked >= maxChangesLookedAt || this.#lookedBytes >= maxBytesLookedAt) return false;
    if (place.ordinal === 0) this.#traceparent = row.traceparent;
    this.#looked += 1;
    this.#lookedBytes += pageBytesOf(sizeOf(row));
    const { filter, keys } = this.#request;
    const isWanted = (filter === null || filter === row.op) && isSelected(row.key, keys);
    return !isWanted || this.#addWanted(place, row);
  }

  /** The page, which says all of what comes before a place; of a revision that it does not hold to its end it says nothing, unless it began with that. */
  endedBefore(place: ChangePlace): WatchPage {
    const { from } = this.#request;
    if (place.ordinal === 0 || place.revision === from.revision) return { changes: this.#changes, next: place };
    const whole = this.#changes.filter(({ revision }) => revision < place.revision);
    return { changes: whole, next: { revision: place.revision, ordinal: 0 } };
  }

  #addWanted(place: ChangePlace, row: ChangeRow): boolean {
    const { revision, ordinal } = this.#request.from;
    const previous = this.#request.withPrevious ? previousOf(this.#tables, row) : nothing;
    const bytes = originBytes + pageBytesOf(sizeOf(row));
    const withPrevious = bytes + (previous.entry === null ? 0 : pageBytesOf(previous.entry));
    const isFirst = place.revision === revision;
    // In the later parts of a revision it is left out, so that whoever waits for all of them never has to hold much more than a page.
    const isRoom = this.#bytes + withPrevious <= MAX_PAGE_BYTES && (!isFirst || ordinal === 0);
    if (!isRoom && previous.entry !== null) {
      // Another page may have room for it, but not if that is what this one began with.
      if (!isFirst) return false;
      return this.#addWithin(bytes, changeOf(place, row, this.#traceparent, omitted));
    }
    return this.#addWithin(withPrevious, changeOf(place, row, this.#traceparent, previous));
  }

  #addWithin(bytes: number, change: WatchedChange): boolean {
    if (this.#changes.length > 0 && this.#bytes + bytes > MAX_PAGE_BYTES) return false;
    this.#bytes += bytes;
    this.#changes.push(change);
    return true;
  }
}

interface Previous {
  readonly entry: StoredEntry | null;
  readonly isOmitted: boolean;
}

const nothing: Previous = { entry: null, isOmitted: false };
const omitted: Previous = { entry: null, isOmitted: true };

/** What the change replaced: the change of the key before this one left it there, unless it was a delete. */
function previousOf(tables: TablesReader, row: ChangeRow): Previous {
  const { key, previous } = row;
  if (previous === null || (row.op === 'put' && row.version === 1)) return nothing;
  const before = tables.get(changesTable, previous);
  invariant(before?.op === 'put', () => `history lacks the version of ${key} of revision ${previous.revision}`);
  const { value } = before;
  if (value === null) return omitted;
  return { entry: entryOf(key, { ...before, value, modRevision: previous.revision }), isOmitted: false };
}

function changeOf(
  { revision, ordinal }: ChangePlace,
  row: ChangeRow,
  traceparent: string | null,
  { entry: previous, isOmitted: previousOmitted }: Previous,
): WatchedChange {
  const { key, timestampUs } = row;
  const index = row.index === 0 ? null : row.index;
  const shared = { key, revision, ordinal, index, timestampUs, traceparent, previous, previousOmitted };
  if (row.op === 'delete') return { op: 'delete', ...shared };
  const { value, createRevision, version, lease, contentType } = row;
  return { op: 'put', ...shared, value, createRevision, version, lease, contentType };
}

const sizeOf = (row: ChangeRow): Parameters<typeof pageBytesOf>[0] =>
  row.op === 'put' ? row : { key: row.key, value: null, contentType: null };
