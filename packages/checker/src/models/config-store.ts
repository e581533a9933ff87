import type { Model } from '../model.ts';
import { type ConfigStoreState, ConfigStoreSteps, initialState } from './config-store-steps.ts';
import { KeyChanges } from './key-changes.ts';

/** What one key of the config store is asked. Revisions are the store's: whole numbers from 1. */
export type ConfigStoreOperation =
  | { readonly kind: 'get' }
  /** With `ifRevision` only if the key was last changed at that revision; 0: only if it does not exist. */
  | { readonly kind: 'put'; readonly value: string; readonly ifRevision?: number }
  | { readonly kind: 'delete'; readonly ifRevision?: number };

/** What it answers. What certainly was not made, and says nothing of the key, does not belong into a history. */
export type ConfigStoreOutcome =
  /** A get found the key. */
  | { readonly kind: 'found'; readonly value: string; readonly modRevision: number }
  /** A get found no key. */
  | { readonly kind: 'absent' }
  /** A comparison found the key, last changed at this revision, and nobody was told its value. */
  | { readonly kind: 'compared'; readonly modRevision: number }
  /** A put made this revision. */
  | { readonly kind: 'written'; readonly revision: number }
  /** A delete made this revision. */
  | { readonly kind: 'deleted'; readonly revision: number }
  /** There was nothing to delete; the store was at this revision. */
  | { readonly kind: 'nothingDeleted'; readonly revision: number }
  /** `ifRevision` did not hold: the key was last changed at `actual`, 0 if it did not exist. */
  | { readonly kind: 'revisionMismatch'; readonly actual: number };

/**
 * The config store, key by key. Of revisions it knows that they grow: what else they say, across keys, `checkConfigStore`
 * looks at.
 */
export const configStoreModel: Model<ConfigStoreOperation, ConfigStoreOutcome, ConfigStoreState> = modelWith(
  new KeyChanges([]),
);

function modelWith(known: KeyChanges): Model<ConfigStoreOperation, ConfigStoreOutcome, ConfigStoreState> {
  const steps = new ConfigStoreSteps(known);
  return {
    initialState,
    isPartitionedByKey: true,
    apply: (state, operation, outcome) =>
      outcome === null ? steps.withoutOutcome(state, operation) : steps.withOutcome(state, operation, outcome),
    stateKey: ({ exists, value, changedAt, isCertain }) =>
      `${isCertain ? 'at' : 'from'} ${changedAt} ${exists ? JSON.stringify(value) : ''}`,
    // The less certain of two states may still turn out to be the other.
    covers: (state, other) =>
      state.exists === other.exists &&
      state.value === other.value &&
      !state.isCertain &&
      !other.isCertain &&
      state.changedAt <= other.changedAt,
    effectKey: (operation) =>
      JSON.stringify(operation.kind === 'put' ? { ...operation, value: known.seenValue(operation.value) } : operation),
    mayChange: ({ kind }, outcome) =>
      kind !== 'get' && (outcome === null || outcome.kind === 'written' || outcome.kind === 'deleted'),
    describe: (operation, outcome) => `${describeOperation(operation)}: ${describeOutcome(outcome)}`,
    forHistory: (history) => modelWith(new KeyChanges(history)),
  };
}

function describeOperation(operation: ConfigStoreOperation): string {
  if (operation.kind === 'get') return 'get';
  const condition = operation.ifRevision === undefined ? '' : ` if at revision ${operation.ifRevision}`;
  return `${operation.kind === 'put' ? `put ${JSON.stringify(operation.value)}` : 'delete'}${condition}`;
}

function describeOutcome(outcome: ConfigStoreOutcome | null): string {
  if (outcome === null) return 'unknown';
  switch (outcome.kind) {
    case 'found':
      return `${JSON.stringify(outcome.value)} of revision ${outcome.modRevision}`;
    case 'absent':
      return 'absent';
    case 'compared':
      return `at revision ${outcome.modRevision}`;
    case 'written':
    case 'deleted':
      return `${outcome.kind} at revision ${outcome.revision}`;
    case 'nothingDeleted':
      return `nothing deleted at revision ${outcome.revision}`;
    case 'revisionMismatch':
      return `refused, it was at revision ${outcome.actual}`;
    default:
      return outcome satisfies never;
  }
}
