import { z } from 'zod';
import { decimalSchema, type ErrorBuilder, errorBuilder, QuorateError, quote } from '../quorate-error.ts';

const lockLostDetails = z.object({ lock: z.string(), token: decimalSchema, actual: decimalSchema });

/** The lock that a write was fenced with has moved on: it was released, or another holds it. Nothing was written. */
export class LockLost extends QuorateError {
  declare readonly code: 'LockLost';
  readonly lock: string;
  /** The token that the write bore. */
  readonly token: bigint;
  /** The token of whoever holds the lock now; 0 if nobody does. */
  readonly actual: bigint;

  constructor(details: z.infer<typeof lockLostDetails>, message?: string) {
    const { lock, token, actual } = details;
    const standing = actual === '0' ? 'nobody holds it' : `it is held with token ${actual}`;
    super(
      'LockLost',
      message ?? `the lock ${quote(lock)} is not held with token ${token} any more: ${standing}`,
      details,
    );
    this.lock = lock;
    this.token = BigInt(token);
    this.actual = BigInt(actual);
  }
}

const invalidFenceDetails = z.object({ reason: z.string() });

/** What a write says of a lock makes no sense. */
export class InvalidFence extends QuorateError {
  declare readonly code: 'InvalidFence';

  constructor(details: z.infer<typeof invalidFenceDetails>, message?: string) {
    super('InvalidFence', message ?? `not a fence: ${details.reason}`, details);
  }
}

/** How these errors are made from their data again, by code. */
export const fenceErrors: ReadonlyMap<string, ErrorBuilder> = new Map([
  ['LockLost', errorBuilder(lockLostDetails, (details, message) => new LockLost(details, message))],
  ['InvalidFence', errorBuilder(invalidFenceDetails, (details, message) => new InvalidFence(details, message))],
]);
