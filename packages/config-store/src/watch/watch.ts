import type { KeyChange } from '../command.ts';
import { InvalidQuery } from '../errors.ts';
import { areKeys, checkSelection, type KeySelection } from '../key-range.ts';
import { checkRevision } from '../limits.ts';
import type { ChangePlace } from '../tables/change-place.ts';
import type { StoredEntry } from '../tables/keys-table.ts';

/** The changes that a watcher wants. */
export interface WatchRequest {
  readonly keys: KeySelection;
  /** The first place from which it wants them. It may lie in the future. */
  readonly from: ChangePlace;
  /** Only puts, or only deletes; null: both. */
  readonly filter: 'put' | 'delete' | null;
  /** Whether each change is to come with what it replaced. */
  readonly withPrevious: boolean;
}

/** A change as a watcher gets it. The value of a put is null if it is not kept any more. */
export type WatchedChange = KeyChange & {
  readonly key: string;
  /** Its place among the changes of its transaction, from 0. */
  readonly ordinal: number;
  /** What was there before; null if there was nothing, or if it was not asked for. */
  readonly previous: StoredEntry | null;
  /** There was something before, which was asked for: there is no room for it beside the changes of its transaction, or it is not kept any more. */
  readonly previousOmitted: boolean;
};

/** What happened from one place to another. */
export interface WatchPage {
  readonly changes: readonly WatchedChange[];
  /** All that the watcher wants of what came before this place was given. Only of a transaction that is too large for a page it lies within one. */
  readonly next: ChangePlace;
}

/** @throws {InvalidKey | KeyTooLarge | InvalidRange | InvalidRevision | InvalidQuery} */
export function checkWatch({ keys, from, filter, withPrevious }: WatchRequest): void {
  if (!areKeys(keys)) throw new InvalidQuery({ reason: 'the keys are none' });
  checkSelection(keys);
  checkRevision(from.revision, 1);
  if (!Number.isSafeInteger(from.ordinal) || from.ordinal < 0)
    throw new InvalidQuery({ reason: 'the ordinal is none' });
  const isFilter = filter === null || filter === 'put' || filter === 'delete';
  if (!isFilter) throw new InvalidQuery({ reason: 'the filter is neither put nor delete' });
  if (typeof withPrevious !== 'boolean') throw new InvalidQuery({ reason: 'previous is neither true nor false' });
}
