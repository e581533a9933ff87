import { compareUtf8 } from '../utf8.ts';
import type { Table } from './table.ts';

/** How many changes of a key lie between two of its landmarks. */
export const LANDMARK_EVERY = 32;

/** Whether the change of a key with that number has a landmark. */
export const hasLandmark = (changeNumber: number): boolean => changeNumber % LANDMARK_EVERY === 0;

/** A change of a key. */
export interface LandmarkKey {
  readonly key: string;
  readonly revision: number;
}

/** The ordinal of that change in its revision. */
export interface LandmarkRow {
  readonly ordinal: number;
}

/** Every so manieth change of each key, by key and revision: no version of a key is far from one, however many there are. */
export const landmarksTable: Table<LandmarkKey, LandmarkRow> = {
  id: 3,
  name: 'landmarks',
  compare: (one, other) => compareUtf8(one.key, other.key) || one.revision - other.revision,
  writeKey: ({ key, revision }, to) => {
    to.text(key);
    to.counter(revision);
  },
  readKey: (from) => ({ key: from.text(), revision: from.counter() }),
  writeRow: (row, to) => to.counter(row.ordinal),
  readRow: (from) => ({ ordinal: from.counter() }),
  ownRow: (row) => row,
};
