import { z } from 'zod';
import { decimalSchema, type ErrorBuilder, errorBuilder, QuorateError } from '../quorate-error.ts';

const sessionExpiredDetails = z.object({ session: decimalSchema });

/** A write came in a session that there is none of: it has expired, or was closed. The write was not done now; whether it was done before is not known any more. */
export class SessionExpired extends QuorateError {
  declare readonly code: 'SessionExpired';
  readonly session: bigint;

  constructor(details: z.infer<typeof sessionExpiredDetails>, message?: string) {
    super(
      'SessionExpired',
      message ?? `there is no session ${details.session}: it has expired, or was closed`,
      details,
    );
    this.session = BigInt(details.session);
  }
}

const sequencePassedDetails = z.object({ sequence: decimalSchema, floor: decimalSchema });

/** A write came after its client had said that it waits for it no more. It was not done now. */
export class SequencePassed extends QuorateError {
  declare readonly code: 'SequencePassed';

  constructor(details: z.infer<typeof sequencePassedDetails>, message?: string) {
    const { sequence, floor } = details;
    super('SequencePassed', message ?? `the session is past write ${sequence}: its floor is at ${floor}`, details);
  }
}

const tooManySessionsDetails = z.object({ limit: z.number() });

/** The group has as many sessions as it may have. */
export class TooManySessions extends QuorateError {
  declare readonly code: 'TooManySessions';

  constructor(details: z.infer<typeof tooManySessionsDetails>, message?: string) {
    super(
      'TooManySessions',
      message ?? `there are ${details.limit} sessions already, and no more are allowed`,
      details,
    );
  }
}

const sessionResultsTooLargeDetails = z.object({ sizeBytes: z.number(), limitBytes: z.number() });

/** What a session would have to keep of its writes' results is too much. The write was not done. */
export class SessionResultsTooLarge extends QuorateError {
  declare readonly code: 'SessionResultsTooLarge';

  constructor(details: z.infer<typeof sessionResultsTooLargeDetails>, message?: string) {
    const { sizeBytes, limitBytes } = details;
    const what = `the session would keep ${sizeBytes} bytes of results, and ${limitBytes} are allowed: wait for some, or read outside of transactions`;
    super('SessionResultsTooLarge', message ?? what, details);
  }
}

const sessionWindowExceededDetails = z.object({ sequence: decimalSchema, floor: decimalSchema, limit: z.number() });

/** A write is too far ahead of its session's floor: the results of all between would have to be kept. It was not done. */
export class SessionWindowExceeded extends QuorateError {
  declare readonly code: 'SessionWindowExceeded';

  constructor(details: z.infer<typeof sessionWindowExceededDetails>, message?: string) {
    const { sequence, floor, limit } = details;
    const what = `write ${sequence} of a session is more than ${limit} ahead of its floor, which is ${floor}`;
    super('SessionWindowExceeded', message ?? what, details);
  }
}

const invalidSessionDetails = z.object({ reason: z.string() });

/** What a request says of a session makes no sense. */
export class InvalidSession extends QuorateError {
  declare readonly code: 'InvalidSession';

  constructor(details: z.infer<typeof invalidSessionDetails>, message?: string) {
    super('InvalidSession', message ?? `not a session's: ${details.reason}`, details);
  }
}

/** How these errors are made from their data again, by code. */
export const sessionErrors: ReadonlyMap<string, ErrorBuilder> = new Map([
  ['SessionExpired', errorBuilder(sessionExpiredDetails, (details, message) => new SessionExpired(details, message))],
  ['SequencePassed', errorBuilder(sequencePassedDetails, (details, message) => new SequencePassed(details, message))],
  [
    'TooManySessions',
    errorBuilder(tooManySessionsDetails, (details, message) => new TooManySessions(details, message)),
  ],
  [
    'SessionResultsTooLarge',
    errorBuilder(sessionResultsTooLargeDetails, (details, message) => new SessionResultsTooLarge(details, message)),
  ],
  [
    'SessionWindowExceeded',
    errorBuilder(sessionWindowExceededDetails, (details, message) => new SessionWindowExceeded(details, message)),
  ],
  ['InvalidSession', errorBuilder(invalidSessionDetails, (details, message) => new InvalidSession(details, message))],
]);
