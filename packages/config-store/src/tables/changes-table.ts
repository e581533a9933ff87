import { type ChangePlace, comparePlaces } from './change-place.ts';
import type { Table } from './table.ts';

/** What is known of any change. */
interface ChangeOrigin {
  readonly key: string;
  /** The how-manieth change of its key it is, from 1. */
  readonly changeNumber: number;
  /** The change of the key before this one; null if there was none, or if it was compacted when this row was written. */
  readonly previous: ChangePlace | null;
  /** The log entry that made it; 0 if that is not kept any more. */
  readonly index: number;
  /** When that entry got its place in the log, in microseconds since the epoch. */
  readonly timestampUs: number;
  /** The hash of the state after the whole revision, in the first change of each; 0 in the others. */
  readonly stateHash: number;
  /** Of the trace that the write belongs to, in the first change of each revision; null if it was not traced. */
  readonly traceparent: string | null;
  /** Who made the write, by its own account, in the first change of each revision; null if it said nothing. */
  readonly client: string | null;
}

/** A change that wrote a key. */
export interface PutRow extends ChangeOrigin {
  readonly op: 'put';
  /** Null if it was dropped, because the key had too many versions. */
  readonly value: Uint8Array | null;
  readonly createRevision: number;
  readonly version: number;
  readonly lease: number | null;
  readonly contentType: string | null;
}

/** A change that removed a key. */
export interface DeleteRow extends ChangeOrigin {
  readonly op: 'delete';
}

/** What one transaction did to one key. */
export type ChangeRow = PutRow | DeleteRow;

/** What a row holds, as a number. */
const contents = { put: 1, putWithoutValue: 2, delete: 3 } as const;

const contentOf = (row: ChangeRow): number => {
  if (row.op === 'delete') return contents.delete;
  return row.value === null ? contents.putWithoutValue : contents.put;
};

/**
 * All that is kept of what happened, by revision: past versions of keys with their values, and deletes. What happens is added at the
 * end of it, so that history costs a write little; each change names the one of its key before it, so that a key's past is found from its present. Its
 * id is the last of all, for pages at the end of a tree fill up.
 */
export const changesTable: Table<ChangePlace, ChangeRow> = {
  id: 255,
  name: 'changes',
  compare: comparePlaces,
  writeKey: ({ revision, ordinal }, to) => {
    to.counter(revision);
    to.counter(ordinal);
  },
  readKey: (from) => ({ revision: from.counter(), ordinal: from.counter() }),
  writeRow: (row, to) => {
    to.counter(contentOf(row));
    to.text(row.key);
    to.counter(row.changeNumber);
    to.counter(row.previous?.revision ?? 0);
    to.counter(row.previous?.ordinal ?? 0);
    to.counter(row.index);
    to.counter(row.timestampUs);
    to.counter(row.stateHash);
    to.text(row.traceparent ?? '');
    if (row.op === 'put') {
      to.counter(row.createRevision);
      to.counter(row.version);
      to.counter(row.lease ?? 0);
      to.text(row.contentType ?? '');
      if (row.value !== null) to.bytes(row.value);
    }
    // Nearly all rows do without.
    if (row.client !== null) to.text(row.client);
  },
  readRow: (from) => {
    const content = from.counter();
    const key = from.text();
    const changeNumber = from.counter();
    const previous = { revision: from.counter(), ordinal: from.counter() };
    const clientOf = (): string | null => (from.isAtEnd ? null : from.text());
    const origin = {
      key,
      changeNumber,
      previous: previous.revision === 0 ? null : previous,
      index: from.counter(),
      timestampUs: from.counter(),
      stateHash: from.counter(),
      traceparent: from.text() || null,
    };
    if (content === contents.delete) return { op: 'delete', ...origin, client: clientOf() };
    return {
      op: 'put',
      ...origin,
      createRevision: from.counter(),
      version: from.counter(),
      lease: from.counter() || null,
      contentType: from.text() || null,
      value: content === contents.putWithoutValue ? null : from.bytes(),
      client: clientOf(),
    };
  },
  ownRow: (row) => (row.op === 'delete' || row.value === null ? row : { ...row, value: row.value.slice() }),
};
