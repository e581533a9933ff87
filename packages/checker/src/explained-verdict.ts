import type { Verdict } from './check-history.ts';
import { findCounterexample } from './counterexample.ts';
import { formatCounterexample } from './format-counterexample.ts';
import type { Model } from './model.ts';
import type { SearchLimits } from './step-budget.ts';

/** Whether a history is linearizable, and why it is not. */
export interface ExplainedVerdict {
  /** `undecided`: a limit was reached before it was known. */
  readonly kind: 'linearizable' | 'not-linearizable' | 'undecided';
  /**
   * Shows the smallest stretch of the history that cannot be explained, in lines for people. Empty if there is none. The
   * limits are those of the search for it, and have defaults.
   */
  explain(limits?: SearchLimits): readonly string[];
}

/** Adds to a verdict why it is so. */
export function explainVerdict<Operation, Outcome, State>(
  model: Model<Operation, Outcome, State>,
  verdict: Verdict<Operation, Outcome>,
): ExplainedVerdict {
  const { kind } = verdict;
  if (kind !== 'not-linearizable') return { kind, explain: () => [] };
  const { history } = verdict;
  return { kind, explain: (limits) => formatCounterexample(model, findCounterexample(model, history, limits)) };
}
