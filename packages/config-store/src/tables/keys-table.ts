import { compareUtf8 } from '../utf8.ts';
import type { ChangePlace } from './change-place.ts';
import type { Table } from './table.ts';

/** One version of a key: what a write left there. Revisions count the transactions of the store that changed something, from 1. */
export interface Version {
  readonly value: Uint8Array;
  /** The revision at which the key last came to exist. */
  readonly createRevision: number;
  /** The revision that wrote this version. */
  readonly modRevision: number;
  /** How often the key was written since it came to exist; 1 for a new key. */
  readonly version: number;
  /** The lease that the key goes with; null if it goes with none. */
  readonly lease: number | null;
  /** A media type; null if the writer named none. */
  readonly contentType: string | null;
}

/** One key as it stands. */
export interface StoredEntry extends Version {
  readonly key: string;
}

/** What is kept of a key that exists, beside the key. */
export interface KeyRow extends Version {
  /** The change that wrote it, within its revision. */
  readonly ordinal: number;
  /** How many changes the key has seen, deletes and what it was before them included. */
  readonly changeNumber: number;
  /** When the entry that wrote it got its place in the log, in microseconds since the epoch. */
  readonly timestampUs: number;
}

/** The keys that exist, each as it stands: a read of the present needs no other table. */
export const keysTable: Table<string, KeyRow> = {
  id: 1,
  name: 'keys',
  compare: compareUtf8,
  writeKey: (key, to) => to.text(key),
  readKey: (from) => from.text(),
  writeRow: (row, to) => {
    to.counter(row.createRevision);
    to.counter(row.modRevision);
    to.counter(row.version);
    to.counter(row.ordinal);
    to.counter(row.changeNumber);
    to.counter(row.timestampUs);
    to.counter(row.lease ?? 0);
    to.text(row.contentType ?? '');
    to.bytes(row.value);
  },
  readRow: (from) => ({
    createRevision: from.counter(),
    modRevision: from.counter(),
    version: from.counter(),
    ordinal: from.counter(),
    changeNumber: from.counter(),
    timestampUs: from.counter(),
    lease: from.counter() || null,
    contentType: from.text() || null,
    value: from.bytes(),
  }),
  ownRow: (row) => ({ ...row, value: row.value.slice() }),
};

/** The place of the change that made a key what it is. */
export const placeOf = ({ modRevision: revision, ordinal }: Pick<KeyRow, 'modRevision' | 'ordinal'>): ChangePlace => ({
  revision,
  ordinal,
});

/** What is shown of a key. */
export const entryOf = (key: string, row: Version): StoredEntry => ({
  key,
  value: row.value,
  createRevision: row.createRevision,
  modRevision: row.modRevision,
  version: row.version,
  lease: row.lease,
  contentType: row.contentType,
});
