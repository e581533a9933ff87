import { z } from 'zod';
import { type ErrorBuilder, errorBuilder, QuorateError, quote } from '../quorate-error.ts';

const transactionTooLargeDetails = z.object({ what: z.string(), actual: z.number(), limit: z.number() });

/** A transaction says, does or answers more than one may. It changed nothing. */
export class TransactionTooLarge extends QuorateError {
  declare readonly code: 'TransactionTooLarge';

  constructor(details: z.infer<typeof transactionTooLargeDetails>, message?: string) {
    const { what, actual, limit } = details;
    super('TransactionTooLarge', message ?? `the transaction has ${actual} ${what}, and ${limit} are allowed`, details);
  }
}

const keyWrittenTwiceDetails = z.object({ key: z.string() });

/** A transaction would write a key twice. It changed nothing. */
export class KeyWrittenTwice extends QuorateError {
  declare readonly code: 'KeyWrittenTwice';

  constructor(details: z.infer<typeof keyWrittenTwiceDetails>, message?: string) {
    super('KeyWrittenTwice', message ?? `two operations of the transaction write ${quote(details.key)}`, details);
  }
}

/** How these errors are made from their data again, by code. */
export const transactionErrors: ReadonlyMap<string, ErrorBuilder> = new Map([
  [
    'TransactionTooLarge',
    errorBuilder(transactionTooLargeDetails, (details, message) => new TransactionTooLarge(details, message)),
  ],
  [
    'KeyWrittenTwice',
    errorBuilder(keyWrittenTwiceDetails, (details, message) => new KeyWrittenTwice(details, message)),
  ],
]);
