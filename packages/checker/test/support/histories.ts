import type { HistoryOperation } from '../../src/index.ts';

/** An operation of a history by its interval; without an outcome nobody knows what became of it. */
export function called<Operation, Outcome>(
  [calledAt, returnedAt]: readonly [number, number],
  operation: Operation,
  outcome: Outcome | null = null,
  key = '/a',
): HistoryOperation<Operation, Outcome> {
  return { process: calledAt, key, calledAt, returnedAt, operation, outcome };
}
