import type { Table } from './table.ts';

/** The result of a write, which is given again whenever the write comes again. */
export interface KeptResult {
  readonly sequence: number;
  /** As the codec made it. */
  readonly result: Uint8Array;
}

/** What is kept of a session. */
export interface SessionRow {
  /** It expires when it was not heard of for so long. */
  readonly ttlMs: number;
  /** Log time of the entry that it was last heard of by. */
  readonly heardAtMs: number;
  /** When `sessionExpiry` has it looked at, by log time: never after it expires. */
  readonly checkedAtMs: number;
  /** Nothing is done at or below this sequence. */
  readonly floor: number;
  /** Of writes above the floor, in the order in which they were done. */
  readonly results: readonly KeptResult[];
}

/**
 * The sessions, by their ids. The results stand in the session's own row, not each in one: a batch writes that row once, however many of the session's
 * writes are in it, and what is below the floor goes without a delete.
 */
export const sessionsTable: Table<number, SessionRow> = {
  id: 5,
  name: 'sessions',
  compare: (one, other) => one - other,
  writeKey: (session, to) => to.counter(session),
  readKey: (from) => from.counter(),
  writeRow: ({ ttlMs, heardAtMs, checkedAtMs, floor, results }, to) => {
    to.counter(ttlMs);
    to.counter(heardAtMs);
    to.counter(checkedAtMs);
    to.counter(floor);
    to.counter(results.length);
    for (const { sequence, result } of results) {
      to.counter(sequence - floor);
      to.bytes(result);
    }
  },
  readRow: (from) => {
    const [ttlMs, heardAtMs, checkedAtMs] = [from.counter(), from.counter(), from.counter()];
    const floor = from.counter();
    const results: KeptResult[] = [];
    for (let left = from.counter(); left > 0; left -= 1) {
      results.push({ sequence: floor + from.counter(), result: from.bytes() });
    }
    return { ttlMs, heardAtMs, checkedAtMs, floor, results };
  },
  ownRow: (row) => ({
    ...row,
    results: row.results.map(({ sequence, result }) => ({ sequence, result: result.slice() })),
  }),
};
