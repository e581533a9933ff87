import { eventsInOrder } from '../event-order.ts';
import type { History, HistoryOperation } from '../history.ts';
import { partitionByKey } from '../partition.ts';
import type { Place, SplitHistory } from '../transactions/split-history.ts';
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
 * before the call.
 *
 * It finds no contradiction where there is none, and each that rests on changes whose revisions are known: these order the changes of all keys, and
 * to let everything else take effect as early as it can leaves most room. A change whose caller was told nothing is taken into account if somebody saw what it
 * put, which tells its revision, or if it would need a revision that no other change has. What may be missed is this alone: that several changes of
 * which nobody knows the revision would have needed the same one. Which of them took effect, and in which gap between the revisions that are known,
 * only a search over all keys together could tell, which is what judging each key by itself is there to avoid.
 *
 * Of a transaction that was taken apart into its keys the revision is known, and this is where it is seen whether it found all of them as they were then.
 */
export function findRevisionContradiction(split: SplitHistory): RevisionContradiction | null {
  const changes = new Map([...partitionByKey(split.history)].map(([key, ofKey]) => [key, new KeyChanges(ofKey)]));
  return findSharedRevision(changes, split) ?? findStaleOutcome(split, changes);
}

type ChangesByKey = ReadonlyMap<string, KeyChanges>;

/** The first revision after one that is not known to be another change's. */
type FreeAfter = (revision: number) => number;

function freeRevisions(changes: ChangesByKey, { hidesDeletes }: SplitHistory): FreeAfter {
  if (hidesDeletes) return (revision) => revision + 1;
  const known = [...changes.values()].flatMap(({ all }) => all.map(({ revision }) => revision));
  const free = new Map<number, number>();
  for (const revision of known.sort((one, other) => other - one)) {
    free.set(revision - 1, free.get(revision) ?? revision + 1);
  }
  return (revision) => free.get(revision) ?? revision + 1;
}

/** Only one transaction changes several keys at one revision. */
function findSharedRevision(changes: ChangesByKey, split: SplitHistory): RevisionContradiction | null {
  const firsts = new Map<number, StoreCall>();
  const places = [...new Set(split.places.values())];
  for (const [key, { all }] of changes) {
    for (const { revision, toldBy } of all) {
      const first = firsts.get(revision);
      if (first === undefined) firsts.set(revision, toldBy);
      else {
        const made = places.filter((place) => place.revision === revision).map(({ changed }) => changed);
        const possible = [...made, ...split.unknown];
        if (possible.some((keys) => keys.has(first.key) && keys.has(key))) continue;
        return { operations: [first, toldBy], reason: `Both keys were changed at revision ${revision}.` };
      }
    }
  }
  return null;
}

/** Lets every operation take effect at the earliest revision of the store that fits, and finds one that none fits. */
function findStaleOutcome(split: SplitHistory, changes: ChangesByKey): RevisionContradiction | null {
  const { history, places } = split;
  const revisions = new Map<StoreCall, number>();
  const freeAfter = freeRevisions(changes, split);
  let reached = 0;
  let reachedBy: StoreCall | null = null;
  for (const { place, kind } of eventsInOrder(history)) {
    const called = history[place];
    if (called === undefined) continue;
    if (called.outcome === null) {
      const made = revisionSeenOf(called, changes.get(called.key));
      if (made !== null && made <= reached) return madeBeforeItsCall(called, made, reached, reachedBy);
      continue;
    }
    const ofKey = changes.get(called.key);
    const made = places.get(called);
    if (kind === 'call' && made !== undefined) {
      const isAsFound = wasFoundAt(made.foundAt, called.outcome, ofKey, freeAfter);
      if (!isAsFound) return foundOtherwise(called, made, ofKey);
      if (made.foundAt < reached) return staleOutcome(called, reached, reachedBy, ofKey);
      revisions.set(called, made.revision);
      continue;
    }
    if (kind === 'call') {
      const revision = earliestRevision(called.outcome, reached, ofKey, freeAfter);
      if (revision === null) return staleOutcome(called, reached, reachedBy, ofKey);
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
  freeAfter: FreeAfter,
): number | null {
  switch (outcome.kind) {
    case 'written':
    case 'deleted':
      return outcome.revision > reached ? outcome.revision : null;
    case 'nothingDeleted':
      return outcome.revision >= reached ? outcome.revision : null;
    case 'found':
    case 'compared':
      return revisionAt(outcome.modRevision, reached, changes);
    case 'absent':
      return revisionWithout(reached, changes, freeAfter);
    case 'revisionMismatch':
      return outcome.actual === 0
        ? revisionWithout(reached, changes, freeAfter)
        : revisionAt(outcome.actual, reached, changes);
    default:
      return outcome satisfies never;
  }
}

/** Whether part of a transaction may have been as it was told at that revision of the store. */
function wasFoundAt(
  foundAt: number,
  outcome: ConfigStoreOutcome,
  changes: KeyChanges | undefined,
  freeAfter: FreeAfter,
): boolean {
  // What was there before a write shows in the changes of its key.
  if (outcome.kind === 'written' || outcome.kind === 'deleted') return true;
  return earliestRevision(outcome, foundAt, changes, freeAfter) === foundAt;
}

function foundOtherwise(called: StoreCall, { foundAt }: Place, changes: KeyChanges | undefined): RevisionContradiction {
  const change = called.outcome === null ? undefined : changeInTheWay(called.outcome, foundAt, changes);
  const operations = new Set([...(change === undefined ? [] : [change.toldBy]), called]);
  return {
    operations: [...operations],
    reason: `A transaction found the key as it was not at revision ${foundAt}, when all the rest of it was as it was told.`,
  };
}

function revisionAt(modRevision: number, reached: number, changes: KeyChanges | undefined): number | null {
  const next = changes?.firstAfter(modRevision)?.revision ?? Number.POSITIVE_INFINITY;
  const revision = Math.max(modRevision, reached);
  return revision < next ? revision : null;
}

/** The earliest revision from `reached` on at which a key may not exist; null if there is none. */
function revisionWithout(reached: number, changes: KeyChanges | undefined, freeAfter: FreeAfter): number | null {
  let at = reached;
  for (let last = changes?.lastUpTo(at); last?.kind === 'put'; last = changes?.lastUpTo(at)) {
    const next = changes?.firstAfter(last.revision)?.revision ?? Number.POSITIVE_INFINITY;
    // A delete of which nobody was told has a revision of its own, too.
    const free = freeAfter(last.revision);
    if (changes?.mayBeDeletedAnyTime === true && free < next) return Math.max(at, free);
    if (next === Number.POSITIVE_INFINITY) return null;
    at = next;
  }
  return at;
}

/** The revision that a put of which its caller was told nothing has made, if somebody saw what it put. */
function revisionSeenOf({ operation }: StoreCall, changes: KeyChanges | undefined): number | null {
  return operation.kind === 'put' ? (changes?.revisionOfOnlyPut(operation.value) ?? null) : null;
}

function madeBeforeItsCall(
  called: StoreCall,
  revision: number,
  reached: number,
  reachedBy: StoreCall | null,
): RevisionContradiction {
  return {
    operations: reachedBy === null ? [called] : [reachedBy, called],
    reason: `The last made revision ${revision}, as was seen, and the store had come to revision ${reached} before it was called.`,
  };
}

/** The change that made an outcome impossible once the store had come to a revision. */
function changeInTheWay(
  outcome: ConfigStoreOutcome,
  reached: number,
  changes: KeyChanges | undefined,
): KeyChange | undefined {
  if (outcome.kind === 'found' || outcome.kind === 'compared') return changes?.firstAfter(outcome.modRevision);
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
