import { InvalidRequest } from './errors.ts';

/** How long a request may take if the caller does not say. */
export const DEFAULT_TIMEOUT_MS = 5_000;

/** The longest that a node keeps a request. */
export const MAX_TIMEOUT_MS = 600_000;

/** @throws {InvalidRequest} unless `value` is an integer from 1 to `MAX_TIMEOUT_MS` */
export function checkTimeout(value: unknown): number {
  if (typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= MAX_TIMEOUT_MS) return value;
  const reason = `timeoutMs is no integer from 1 to ${MAX_TIMEOUT_MS}`;
  throw new InvalidRequest({ reason, field: 'timeoutMs' });
}
