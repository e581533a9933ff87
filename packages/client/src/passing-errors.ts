import { QuorateError } from './errors.ts';

const passingCodes: ReadonlySet<string> = new Set([
  'Unavailable',
  'NoLeader',
  'Timeout',
  'Unformed',
  'NodeSpent',
  'StateParted',
  'Internal',
]);

/** Whether an error may pass: while it lasts, an iteration that goes on for ever waits. */
export const mayPass = (error: unknown): boolean => error instanceof QuorateError && passingCodes.has(error.code);
