import { decide } from './decide.ts';
import { assertHistory, type History } from './history.ts';
import type { Model } from './model.ts';
import { partitionByKey } from './partition.ts';
import { type SearchLimits, StepBudget } from './step-budget.ts';

/** Whether a history is linearizable. */
export type Verdict<Operation, Outcome> =
  | { readonly kind: 'linearizable' }
  /** `history` is the part that is not: that of one key, if the model is partitioned by key. */
  | { readonly kind: 'not-linearizable'; readonly history: History<Operation, Outcome> }
  /** A limit was reached before it was known. */
  | { readonly kind: 'undecided' };

/**
 * Decides whether a history is linearizable: whether there is an order of its operations in which each takes effect between
 * its call and its return, and which the model could have gone through. The limits hold for all keys together.
 * @throws {RangeError} if an operation with a known outcome never returned, or returned before it was called
 */
export function checkHistory<Operation, Outcome, State>(
  model: Model<Operation, Outcome, State>,
  history: History<Operation, Outcome>,
  limits: SearchLimits = {},
): Verdict<Operation, Outcome> {
  assertHistory(history);
  // A read that was never answered says nothing.
  const telling = history.filter(({ operation, outcome }) => outcome !== null || model.mayChange(operation, null));
  const parts = model.isPartitionedByKey ? partitionByKey(telling).values() : [telling];
  const budget = new StepBudget(limits);
  let isDecided = true;
  for (const part of parts) {
    const { kind } = decide(model, part, budget);
    if (kind === 'not-linearizable') return { kind, history: part };
    if (kind === 'undecided') isDecided = false;
  }
  return { kind: isDecided ? 'linearizable' : 'undecided' };
}
