import { isDeepStrictEqual } from 'node:util';
import type { History } from '../../src/index.ts';
import type { SequentialObject } from './sequential-object.ts';

/** Tries every order of a tiny history, and every choice of which operations of unknown outcome took effect. */
export function isLinearizable<Operation, Outcome, State>(
  object: SequentialObject<Operation, Outcome, State>,
  history: History<Operation, Outcome>,
): boolean {
  return canGoOn(object, object.initialState, history);
}

function canGoOn<Operation, Outcome, State>(
  object: SequentialObject<Operation, Outcome, State>,
  state: State,
  waiting: History<Operation, Outcome>,
): boolean {
  const mustHappen = waiting.filter(({ outcome }) => outcome !== null);
  if (mustHappen.length === 0) return true;
  return waiting.some((called) => {
    const isTooEarly = mustHappen.some(({ returnedAt }) => returnedAt !== null && returnedAt < called.calledAt);
    if (isTooEarly) return false;
    const left = waiting.filter((other) => other !== called);
    return object
      .perform(state, called.key, called.operation)
      .filter(({ outcome }) => called.outcome === null || isDeepStrictEqual(outcome, called.outcome))
      .some((result) => canGoOn(object, result.state, left));
  });
}
