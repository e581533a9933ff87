import type { Write } from '../command.ts';
import type { Operation } from '../transaction/transaction.ts';

/** A key that a write may put, and to what. */
export interface PossiblePut {
  readonly key: string;
  readonly value: Uint8Array;
}

/** What a write may put: of a transaction also what stands on the ways that it may not take, however deep. */
export function* putsOf(write: Write | Operation): Generator<PossiblePut, undefined> {
  if (write.kind === 'put') yield write;
  if (write.kind !== 'txn') return;
  for (const operation of write.then) yield* putsOf(operation);
  for (const operation of write.else) yield* putsOf(operation);
}
