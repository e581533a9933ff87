import type { History } from './history.ts';
import type { Model } from './model.ts';
import { quickVerdict } from './quick-verdict.ts';
import { search } from './search.ts';
import type { StepBudget } from './step-budget.ts';

/** What was found of the history of one object. */
export type Decision =
  | { readonly kind: 'linearizable' }
  /** Nothing explains this operation's return together with all that happened before. `isFirst`: it is the first of which that is so. */
  | { readonly kind: 'not-linearizable'; readonly unexplained: number; readonly isFirst: boolean }
  | { readonly kind: 'undecided' };

/** Decides whether the history of one object is linearizable: at once, if what was seen tells, or by a search. */
export function decide<Operation, Outcome, State>(
  model: Model<Operation, Outcome, State>,
  history: History<Operation, Outcome>,
  budget: StepBudget,
): Decision {
  const quick = quickVerdict(model, history);
  if (quick?.kind === 'linearizable') return quick;
  if (quick?.kind === 'contradiction') {
    return { kind: 'not-linearizable', unexplained: lastToReturn(history, quick.operations), isFirst: false };
  }
  const found = search(model.forHistory?.(history) ?? model, history, budget);
  return found.kind === 'not-linearizable' ? { ...found, isFirst: true } : found;
}

function lastToReturn(history: History<unknown, unknown>, places: readonly number[]): number {
  const returnedAt = (place: number): number => {
    const called = history[place];
    return called === undefined || called.outcome === null ? Number.NEGATIVE_INFINITY : (called.returnedAt ?? 0);
  };
  return places.reduce((last, place) => (returnedAt(place) > returnedAt(last) ? place : last));
}
