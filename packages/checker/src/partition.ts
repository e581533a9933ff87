import type { History, HistoryOperation } from './history.ts';

/** The operations of each key, in the order of the history. */
export function partitionByKey<Operation, Outcome>(
  history: History<Operation, Outcome>,
): ReadonlyMap<string, History<Operation, Outcome>> {
  const parts = new Map<string, HistoryOperation<Operation, Outcome>[]>();
  for (const called of history) {
    const part = parts.get(called.key);
    if (part === undefined) parts.set(called.key, [called]);
    else part.push(called);
  }
  return parts;
}
