import { checkHistory } from './check-history.ts';
import { type ExplainedVerdict, explainVerdict } from './explained-verdict.ts';
import { formatCounterexample } from './format-counterexample.ts';
import { assertHistory, type History } from './history.ts';
import { type ConfigStoreOperation, type ConfigStoreOutcome, configStoreModel } from './models/config-store.ts';
import { findRevisionContradiction } from './models/revision-order.ts';
import type { SearchLimits } from './step-budget.ts';

/**
 * Decides whether a history of the config store, from an empty store on, is linearizable: the order of revisions first, which
 * the keys share, and then every key by itself.
 * @throws {RangeError} if an operation with a known outcome never returned, or returned before it was called
 */
export function checkConfigStore(
  history: History<ConfigStoreOperation, ConfigStoreOutcome>,
  limits: SearchLimits = {},
): ExplainedVerdict {
  assertHistory(history);
  const contradiction = findRevisionContradiction(history);
  if (contradiction === null) return explainVerdict(configStoreModel, checkHistory(configStoreModel, history, limits));
  const { operations, reason } = contradiction;
  const lines = formatCounterexample(configStoreModel, { operations, others: 0, isMinimal: true });
  return { kind: 'not-linearizable', explain: () => [...lines, reason] };
}
