import { findStaleSight } from './chains/stale-sight.ts';
import { findZoneConflict } from './chains/zones.ts';
import type { History } from './history.ts';
import type { Model } from './model.ts';

/** What is seen of a history without a search: that it is linearizable, or operations that contradict each other. */
export type QuickVerdict =
  | { readonly kind: 'linearizable' }
  | { readonly kind: 'contradiction'; readonly operations: readonly number[] };

/**
 * Judges the history of one object by who can have made each state that somebody saw, in about as much time as it takes to sort it. Null if that does
 * not decide it: only a search does then.
 */
export function quickVerdict<Operation, Outcome, State>(
  model: Model<Operation, Outcome, State>,
  history: History<Operation, Outcome>,
): QuickVerdict | null {
  const seen = model.seenStates?.(history) ?? null;
  if (seen === null || 'kind' in seen) return seen;
  const found = findStaleSight(history, seen) ?? findZoneConflict(history, seen);
  if (found !== null) return found;
  return seen.isComplete ? { kind: 'linearizable' } : null;
}
