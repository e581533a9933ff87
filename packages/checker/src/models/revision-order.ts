import { eventsInOrder } from '../event-order.ts';
import type { History, HistoryOperation } from '../history.ts';
import { partitionByKey } from '../partition.ts';
import type { ConfigStoreOperation, ConfigStoreOutcome } from './config-store.ts';
import { type KeyChange, KeyChanges } from './key-changes.ts';

type StoreHistory = History<ConfigStoreOperation, ConfigStoreOutcome>;
type StoreCall = HistoryOperation<ConfigStoreOperation, ConfigStoreOutcome>;

/** Operations, maybe of several keys, whose revisions contradict each other. */
export interface RevisionContradiction {
  readonly operations: StoreHistory;
  /** In a sentence. */
  readonly reason: string;
}

/**
 * Looks at what revisions say across keys, where the search for each key is blind: they count the changes of the whole
 * store, so that each belongs to one change, and no caller may be told of a state that is older than one that somebody was told of
 * before the call. Finds no contradiction where there is none; that it finds each is not promised.
 */
export function findRevisionContradiction(history: StoreHistory): RevisionContradiction | null {
  const changes = new Map([...partitionByKey(history)].map(([key, ofKey]) => [key, new KeyChanges(ofKey)]));
  return findSharedRevision(changes) ?? findStaleOutcome(history, changes);
}

type ChangesByKey = ReadonlyMap<string, KeyChanges>;

function findSharedRevision(changes: ChangesByKey): RevisionContradiction | null {
  const firsts = new Map<number, StoreCall>();
  for (const { all } of changes.values()) {
    for (const { revision, toldBy } of all) {
      const first = firsts.get(revision);
      if (first === undefined) firsts.set(revision, toldBy);
      else return { operations: [first, toldBy], reason: `Both keys were changed at revision ${revision}.` };
    }
  }
  return null;
}

/** Lets every operation take effect at the earliest revision of the store that fits, and finds one that none fits. */
function findStaleOutcome(history: StoreHistory, changes: ChangesByKey): RevisionContradiction | null {
  const revisions = new Map<StoreCall, number>();
  let reached = 0;
  let reachedBy: StoreCall | null = null;
  for (const { place, kind } of eventsInOrder(history)) {
    const called = history[place];
    if (called === undefined || called.outcome === null) continue;
    if (kind === 'call') {
      const revision = earliestRevision(called.outcome, reached, changes.get(called.key));
      if (revision === null) return staleOutcome(called, reached, reachedBy, changes.get(called.key));
      revisions.set(called, revision);
      continue;
    }
    const revision = revisions.get(called) ?? 0;
    if (revision <= reached) continue;
    reached = revision;
    reachedBy = called;
  }
  return null;
}

/** The earliest revision of the store from `reached` on at which an operation may have had its outcome; null if there is none. */
function earliestRevision(
  outcome: ConfigStoreOutcome,
  reached: number,
  changes: KeyChanges | undefined,
): number | null {
  switch (outcome.kind) {
    case 'written':
    case 'deleted':
      return outcome.revision > reached ? outcome.revision : null;
    case 'nothingDeleted':
      return outcome.revision >= reached ? outcome.revision : null;
    case 'found':
      return revisionAt(outcome.modRevision, reached, changes);
    case 'absent':
      return revisionWithout(reached, changes);
    case 'revisionMismatch':
      return outcome.actual === 0 ? revisionWithout(reached, changes) : revisionAt(outcome.actual, reached, changes);
    default:
      return outcome satisfies never;
  }
}

function revisionAt(modRevision: number, reached: number, changes: KeyChanges | undefined): number | null {
  const next = changes?.firstAfter(modRevision)?.revision ?? Number.POSITIVE_INFINITY;
  const revision = Math.max(modRevision, reached);
  return revision < next ? revision : null;
}

function revisionWithout(reached: number, changes: KeyChanges | undefined): number | null {
  const last = changes?.lastUpTo(reached);
  if (last === undefined || last.kind === 'delete' || changes?.mayBeDeletedAnyTime === true) return reached;
  return changes?.firstDeleteAfter(reached)?.revision ?? null;
}

/** The change that made an outcome impossible once the store had come to a revision. */
function changeInTheWay(
  outcome: ConfigStoreOutcome,
  reached: number,
  changes: KeyChanges | undefined,
): KeyChange | undefined {
  if (outcome.kind === 'found') return changes?.firstAfter(outcome.modRevision);
  if (outcome.kind === 'absent') return changes?.lastUpTo(reached);
  if (outcome.kind !== 'revisionMismatch') return undefined;
  return outcome.actual === 0 ? changes?.lastUpTo(reached) : changes?.firstAfter(outcome.actual);
}

function staleOutcome(
  called: StoreCall,
  reached: number,
  reachedBy: StoreCall | null,
  changes: KeyChanges | undefined,
): RevisionContradiction {
  const change = called.outcome === null ? undefined : changeInTheWay(called.outcome, reached, changes);
  const toldBy = change?.toldBy;
  const isTold = toldBy !== undefined && toldBy.returnedAt !== null && toldBy.returnedAt < called.calledAt;
  const operations = new Set([isTold ? null : reachedBy, toldBy, called].flatMap((one) => one ?? []));
  const revision = isTold ? change?.revision : reached;
  return {
    operations: [...operations].sort((one, other) => one.calledAt - other.calledAt),
    reason: `The store had come to revision ${revision} before the last was called, and what it was told is older.`,
  };
}
