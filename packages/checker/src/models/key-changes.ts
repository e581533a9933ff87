import type { History, HistoryOperation } from '../history.ts';
import type { ConfigStoreOperation, ConfigStoreOutcome } from './config-store.ts';
import type { ConfigStoreState } from './config-store-steps.ts';

/** A change of a key that was made, if the history is linearizable. */
export interface KeyChange {
  readonly revision: number;
  readonly kind: 'put' | 'delete';
  /** Whether its own caller was told the revision, and not only somebody who saw what it made. */
  readonly isAcknowledged: boolean;
  /** What it put; null if it was a delete, or if nobody saw it. */
  readonly value: string | null;
  /** Who told of it. */
  readonly toldBy: HistoryOperation<ConfigStoreOperation, ConfigStoreOutcome>;
}

/** The changes of one key that a history tells of by its end. */
export class KeyChanges {
  /** In the order of their revisions. */
  readonly all: readonly KeyChange[];
  /** By change: the revision of the last acknowledged one up to it, 0 if there is none. */
  readonly #acknowledged: readonly number[];
  /** Whether somebody tried to delete the key and was not told what became of it. */
  readonly mayBeDeletedAnyTime: boolean;

  /** Of every value that somebody read: a revision that it was read at. */
  readonly #revisions = new Map<string, number>();
  readonly #putCounts = new Map<string, number>();

  constructor(history: History<ConfigStoreOperation, ConfigStoreOutcome>) {
    const changes = new Map<number, KeyChange>();
    for (const called of history) {
      const { operation, outcome } = called;
      if (operation.kind === 'put') {
        this.#putCounts.set(operation.value, (this.#putCounts.get(operation.value) ?? 0) + 1);
      }
      if (outcome === null) continue;
      if (outcome.kind === 'found') this.#revisions.set(outcome.value, outcome.modRevision);
      for (const change of changesToldBy(called, outcome)) {
        const known = changes.get(change.revision);
        changes.set(change.revision, known === undefined ? change : merged(known, change));
      }
    }
    this.all = [...changes.values()].sort((one, other) => one.revision - other.revision);
    this.mayBeDeletedAnyTime = history.some(
      ({ operation, outcome }) => operation.kind === 'delete' && outcome === null,
    );
    let acknowledged = 0;
    this.#acknowledged = this.all.map(({ revision, isAcknowledged }) => {
      if (isAcknowledged) acknowledged = revision;
      return acknowledged;
    });
  }

  /** The last change at or before a revision. */
  lastUpTo(revision: number): KeyChange | undefined {
    return this.all[this.#countUpTo(revision) - 1];
  }

  /** The first change after a revision. */
  firstAfter(revision: number): KeyChange | undefined {
    return this.all[this.#countUpTo(revision)];
  }

  /** The first removal after a revision. */
  firstDeleteAfter(revision: number): KeyChange | undefined {
    return this.all.slice(this.#countUpTo(revision)).find(({ kind }) => kind === 'delete');
  }

  /** Whether a change at that revision may come right after that state, with none that is known of in between. */
  mayFollow({ changedAt, isCertain }: ConfigStoreState, revision: number): boolean {
    const before = this.#countUpTo(revision - 1) - 1;
    if (isCertain) return changedAt >= (this.all[before]?.revision ?? 0);
    // The last change may be one of those that were only seen.
    return changedAt > (this.#acknowledged[before] ?? 0);
  }

  /** Whether a put whose caller was not told its revision may have made this one; the value is null if nobody ever reads it. */
  mayBeOfUnknown(revision: number, value: string | null): boolean {
    const change = this.lastUpTo(revision);
    if (change?.revision !== revision) return true;
    return !change.isAcknowledged && (change.value === null || change.value === value);
  }

  /** A value, or null if nobody ever reads it. */
  seenValue(value: string): string | null {
    return this.#revisions.has(value) ? value : null;
  }

  /** The revision of the only put of a value, if somebody read that. */
  revisionOfOnlyPut(value: string): number | undefined {
    return this.#putCounts.get(value) === 1 ? this.#revisions.get(value) : undefined;
  }

  #countUpTo(revision: number): number {
    let low = 0;
    let high = this.all.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.all[middle]?.revision ?? 0) <= revision) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

type Call = HistoryOperation<ConfigStoreOperation, ConfigStoreOutcome>;

function changesToldBy(toldBy: Call, outcome: ConfigStoreOutcome): readonly KeyChange[] {
  const { operation } = toldBy;
  const seenPut = (revision: number, value: string | null): KeyChange => ({
    ...{ revision, value, toldBy },
    kind: 'put',
    isAcknowledged: false,
  });

  if (outcome.kind === 'found') return [seenPut(outcome.modRevision, outcome.value)];
  if (outcome.kind === 'revisionMismatch') return outcome.actual === 0 ? [] : [seenPut(outcome.actual, null)];
  if (outcome.kind !== 'written' && outcome.kind !== 'deleted') return [];
  const { revision } = outcome;
  const isPut = operation.kind === 'put';
  const made = { revision, toldBy, isAcknowledged: true, value: isPut ? operation.value : null };
  const condition = operation.kind === 'get' ? undefined : operation.ifRevision;
  const before = condition === undefined || condition === 0 ? [] : [seenPut(condition, null)];
  return [...before, { ...made, kind: isPut ? 'put' : 'delete' }];
}

/** If the two contradict each other, no order explains the history anyway. */
const merged = (one: KeyChange, other: KeyChange): KeyChange => ({
  ...(one.isAcknowledged ? one : other),
  value: one.value ?? other.value,
});
