import { checkHistory } from './check-history.ts';
import { type ExplainedVerdict, explainVerdict } from './explained-verdict.ts';
import { formatCounterexample } from './format-counterexample.ts';
import { assertHistory, type History } from './history.ts';
import { configStoreModel } from './models/config-store.ts';
import { findRevisionContradiction } from './models/revision-order.ts';
import type { SearchLimits } from './step-budget.ts';
import { describeStoreOperation } from './transactions/describe.ts';
import { splitHistory } from './transactions/split-history.ts';
import type { StoreOperation, StoreOutcome } from './transactions/transaction.ts';

/**
 * Decides whether a history of the config store, from an empty store on, is linearizable: the order of revisions first, which
 * the keys share, and then every key by itself, with what transactions were to it.
 * @throws {RangeError} if an operation with a known outcome never returned, or returned before it was called
 */
export function checkConfigStore(
  history: History<StoreOperation, StoreOutcome>,
  limits: SearchLimits = {},
): ExplainedVerdict {
  assertHistory(history);
  const split = splitHistory(history);
  if (split.kind === 'contradiction') return contradicted(split.operations, split.reason);
  const contradiction = findRevisionContradiction(split);
  if (contradiction === null) {
    return explainVerdict(configStoreModel, checkHistory(configStoreModel, split.history, limits));
  }
  const wholes = contradiction.operations.map((part) => split.wholes.get(part) ?? part);
  return contradicted([...new Set(wholes)], contradiction.reason);
}

function contradicted(operations: History<StoreOperation, StoreOutcome>, reason: string): ExplainedVerdict {
  const lines = formatCounterexample({ describe: describeStoreOperation }, { operations, others: 0, isMinimal: true });
  return { kind: 'not-linearizable', explain: () => [...lines, reason] };
}
