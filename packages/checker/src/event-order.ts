import type { History } from './history.ts';

/** A call or a return of the operation at `place` in a history. */
export interface HistoryEvent {
  readonly place: number;
  readonly kind: 'call' | 'return';
  readonly at: number;
}

/**
 * The calls and returns of a history in their order. An operation of unknown outcome has no return: it stays open for good.
 * At one time calls come before returns, so that what may have overlapped does.
 */
export function eventsInOrder(history: History<unknown, unknown>): readonly HistoryEvent[] {
  const calls = history.map(({ calledAt }, place): HistoryEvent => ({ place, kind: 'call', at: calledAt }));
  const returns = history.flatMap(({ outcome, returnedAt }, place): readonly HistoryEvent[] =>
    outcome === null || returnedAt === null ? [] : [{ place, kind: 'return', at: returnedAt }],
  );
  // Sorting is stable, and calls stand first.
  return [...calls, ...returns].sort((one, other) => one.at - other.at);
}
