import type { History, HistoryOperation, StoreOperation, StoreOutcome } from '@quorate/checker';

type Operation = HistoryOperation<StoreOperation, StoreOutcome>;

/** An operation that is not over. */
export interface OpenOperation {
  readonly client: number;
  readonly key: string;
  readonly operation: StoreOperation;
  readonly calledAt: number;
}

/** What all clients asked and were told, in the order of calls and returns. */
export class HistoryRecorder {
  readonly #operations: Operation[] = [];
  readonly #open = new Set<OpenOperation>();
  #places = 0;

  /** A client calls. */
  called(client: number, key: string, operation: StoreOperation): OpenOperation {
    this.#places += 1;
    const open = { client, key, operation, calledAt: this.#places };
    this.#open.add(open);
    return open;
  }

  /** It is told what came of it. */
  returned(open: OpenOperation, outcome: StoreOutcome): void {
    this.#places += 1;
    this.#open.delete(open);
    this.#operations.push(operationOf(open, this.#places, outcome));
  }

  /** It is told that nobody knows. */
  unknown(open: OpenOperation): void {
    this.#open.delete(open);
    this.#operations.push(operationOf(open, null, null));
  }

  /** It is told that it certainly did not happen: it says nothing of the store. */
  refused(open: OpenOperation): void {
    this.#open.delete(open);
  }

  /** Everything up to now; what is open counts as unknown. */
  get history(): History<StoreOperation, StoreOutcome> {
    return [...this.#operations, ...[...this.#open].map((open) => operationOf(open, null, null))];
  }
}

const operationOf = (
  { client, key, operation, calledAt }: OpenOperation,
  returnedAt: number | null,
  outcome: StoreOutcome | null,
): Operation => ({ process: client, key, operation, calledAt, returnedAt, outcome });
