import type { History, HistoryOperation } from '../history.ts';
import type { ConfigStoreOperation, ConfigStoreOutcome } from './config-store.ts';
import type { ConfigStoreState } from './config-store-steps.ts';

/** A change of a key that was made, if the history is linearizable. */
export interface KeyChange {
  readonly revision: number;
  readonly kind: 'put' | 'delete';
  /** What it put; null if it was a delete, or if nobody saw it. */
  readonly value: string | null;
  /** The first to be told of it: its own caller, or somebody who saw what it made. */
  readonly toldBy: HistoryOperation<ConfigStoreOperation, ConfigStoreOutcome>;
}

/** The changes of one key that a history tells of by its end. */
export class KeyChanges {
  /** In the order of their revisions. */
  readonly all: readonly KeyChange[];
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
  }

  /** The last change at or before a revision. */
  lastUpTo(revision: number): KeyChange | undefined {
    return this.all[this.#countUpTo(revision) - 1];
  }

  /** The first change after a revision. */
  firstAfter(revision: number): KeyChange | undefined {
    return this.all[this.#countUpTo(revision)];
  }

  /** Whether a change at that revision may come right after that state, with none that is known of in between. */
  mayFollow({ changedAt, isCertain }: ConfigStoreState, revision: number): boolean {
    const before = this.lastUpTo(revision - 1)?.revision ?? 0;
    // Whoever told of that one saw it in place, and since then the state is at it or later.
    return isCertain ? changedAt >= before : changedAt > before;
  }

  /** Whether a put whose caller was not told its revision may have made this one; the value is null if nobody ever reads it. */
  mayBeOfUnknown(revision: number, value: string | null): boolean {
    const change = this.lastUpTo(revision);
    if (change?.revision !== revision) return true;
    return change.value === null || change.value === value;
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
  const put = (revision: number, value: string | null): KeyChange => ({ revision, kind: 'put', value, toldBy });

  if (outcome.kind === 'found') return [put(outcome.modRevision, outcome.value)];
  if (outcome.kind === 'compared') return [put(outcome.modRevision, null)];
  if (outcome.kind === 'revisionMismatch') return outcome.actual === 0 ? [] : [put(outcome.actual, null)];
  if (outcome.kind !== 'written' && outcome.kind !== 'deleted') return [];
  const { revision } = outcome;
  const condition = operation.kind === 'get' ? undefined : operation.ifRevision;
  const before = condition === undefined || condition === 0 ? [] : [put(condition, null)];
  const made =
    operation.kind === 'put' ? put(revision, operation.value) : { ...put(revision, null), kind: 'delete' as const };
  return [...before, made];
}

/** If the two contradict each other, no order explains the history anyway. */
function merged(one: KeyChange, other: KeyChange): KeyChange {
  const first = (one.toldBy.returnedAt ?? 0) <= (other.toldBy.returnedAt ?? 0) ? one : other;
  return { ...first, value: one.value ?? other.value };
}
