import type { AttributedChange, HistoryQuery } from '../command.ts';
import { MAX_PAGE_BYTES, pageBytesOf } from '../limits.ts';
import { changesTable } from '../tables/changes-table.ts';
import type { TablesReader } from '../tables/tables.ts';
import { changesBefore, type PlacedChange } from './key-past.ts';

/** A page of what became of a key. */
export interface KeyHistory {
  /** From the newest on. */
  readonly changes: readonly AttributedChange[];
  /** Whether earlier ones are kept. */
  readonly more: boolean;
}

/** Reads the changes of a key that `query` asks for, back to the one that made what was there at the oldest revision. */
export function readKeyHistory(
  tables: TablesReader,
  { key, before, limit }: HistoryQuery,
  oldestRevision: number,
): KeyHistory {
  const changes: AttributedChange[] = [];
  let bytes = 0;
  const newest = before ?? tables.progress.revision + 1;
  for (const placed of changesBefore(tables, key, newest, oldestRevision)) {
    const change = keyChangeOf(tables, placed);
    const value = change.op === 'put' ? change.value : null;
    const contentType = change.op === 'put' ? change.contentType : null;
    bytes += pageBytesOf({ key: `${change.traceparent ?? ''}${change.client ?? ''}`, value, contentType });
    const isFull = changes.length === limit || (changes.length > 0 && bytes > MAX_PAGE_BYTES);
    if (isFull) return { changes, more: true };
    changes.push(change);
  }
  return { changes, more: false };
}

function keyChangeOf(tables: TablesReader, { place, row }: PlacedChange): AttributedChange {
  const { revision } = place;
  // What belongs to the whole revision stands in its first change.
  const first = place.ordinal === 0 ? row : tables.get(changesTable, { revision, ordinal: 0 });
  const origin = {
    revision,
    index: row.index === 0 ? null : row.index,
    timestampUs: row.timestampUs,
    traceparent: first?.traceparent ?? null,
    client: first?.client ?? null,
  };
  if (row.op === 'delete') return { op: 'delete', ...origin };
  const { value, createRevision, version, lease, contentType } = row;
  return { op: 'put', ...origin, value, createRevision, version, lease, contentType };
}
