import type { Table } from './table.ts';

/** When a session is to be looked at. */
export interface SessionCheck {
  /** By log time. */
  readonly atMs: number;
  readonly session: number;
}

/**
 * The sessions, by when each is to be looked at next: one that was heard of meanwhile gets a later time then, so that its writes need not touch this table,
 * and those that have expired are found without looking at the others.
 */
export const sessionExpiryTable: Table<SessionCheck, true> = {
  id: 6,
  name: 'sessionExpiry',
  compare: (one, other) => one.atMs - other.atMs || one.session - other.session,
  writeKey: ({ atMs, session }, to) => {
    to.counter(atMs);
    to.counter(session);
  },
  readKey: (from) => ({ atMs: from.counter(), session: from.counter() }),
  writeRow: () => {},
  readRow: () => true,
  ownRow: (row) => row,
};
