import { QuorateError } from '../errors.ts';

/** So long after an error that may pass the next attempt is made. */
export const retryMs = 250;

const passingCodes: ReadonlySet<string> = new Set([
  'NoLeader',
  'Unavailable',
  'Timeout',
  'Overloaded',
  'OutcomeUnknown',
]);

/** Whether an error may pass: while it lasts, whoever waits goes on waiting. */
export const isPassing = (error: unknown): boolean => error instanceof QuorateError && passingCodes.has(error.code);
