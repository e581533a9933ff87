/** One operation of a history, as its caller saw it. */
export interface HistoryOperation<Operation, Outcome> {
  /** Who called. */
  readonly process: string | number;
  /** What it was about, where a model is partitioned by key; any text, such as the empty one, where it is not. */
  readonly key: string;
  /** When it was called: in any unit, or simply the place in the order of all calls and returns. */
  readonly calledAt: number;
  /**
   * When its caller was answered; null if that never happened. A call and a return at the same time count as
   * overlapping: a recorder that knows better hands in places instead of times.
   */
  readonly returnedAt: number | null;
  readonly operation: Operation;
  /** What the caller was told; null if that is not known: it may take effect at any time after the call, or never. */
  readonly outcome: Outcome | null;
}

/** The operations in any order. */
export type History<Operation, Outcome> = readonly HistoryOperation<Operation, Outcome>[];

/**
 * Checks what the types cannot say.
 * @throws {RangeError} if an operation with a known outcome never returned, or returned before it was called
 */
export function assertHistory(history: History<unknown, unknown>): void {
  for (const { process, calledAt, returnedAt, outcome } of history) {
    const name = `the operation that process ${process} called at ${calledAt}`;
    if (outcome !== null && returnedAt === null) throw new RangeError(`${name} has an outcome but never returned`);
    if (returnedAt !== null && !(calledAt <= returnedAt)) throw new RangeError(`${name} returned at ${returnedAt}`);
  }
}
