import type { History } from '../history.ts';
import { BEGINNING } from './seen-states.ts';

/** When an operation may have taken effect: infinity where there is no limit. */
export interface Times {
  readonly calledAt: number;
  readonly returnedAt: number;
}

const beginning: Times = { calledAt: Number.NEGATIVE_INFINITY, returnedAt: Number.NEGATIVE_INFINITY };

/** The times of the operation at that place of a history. One of unknown outcome may take effect at any time after its call. */
export function timesOf(history: History<unknown, unknown>, place: number): Times {
  const called = history[place];
  if (place === BEGINNING || called === undefined) return beginning;
  const { calledAt, returnedAt, outcome } = called;
  return { calledAt, returnedAt: (outcome === null ? null : returnedAt) ?? Number.POSITIVE_INFINITY };
}
