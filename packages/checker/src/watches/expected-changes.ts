import type { HistoryRevision } from './watch-history.ts';

/** A change as it happened. */
export interface ExpectedChange {
  readonly key: string;
  readonly op: 'put' | 'delete';
  /** What it left there; null: nothing. */
  readonly value: string | null;
  /** What was there before; null: nothing. */
  readonly previous: string | null;
}

/** What each revision did, with what it found. @throws {RangeError} if the history does not begin at revision 1, or lacks one */
export function expectedChanges(history: readonly HistoryRevision[]): ReadonlyMap<number, readonly ExpectedChange[]> {
  const present = new Map<string, string>();
  const expected = new Map<number, readonly ExpectedChange[]>();
  for (const { revision, changes } of history) {
    if (revision !== expected.size + 1) throw new RangeError(`revision ${revision} follows ${expected.size}`);
    const made = changes.map((change): ExpectedChange => {
      const { key, op } = change;
      return { key, op, value: op === 'put' ? change.value : null, previous: present.get(key) ?? null };
    });
    for (const { key, value } of made) {
      if (value === null) present.delete(key);
      else present.set(key, value);
    }
    expected.set(revision, made);
  }
  return expected;
}
