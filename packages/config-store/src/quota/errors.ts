import { z } from 'zod';
import { type ErrorBuilder, errorBuilder, QuorateError, quote } from '../quorate-error.ts';

const quotaExceededDetails = z.object({
  prefix: z.string(),
  what: z.enum(['keys', 'bytes']),
  actual: z.number(),
  limit: z.number(),
});

/** There would be more below a prefix than its quota allows. Nothing was written. */
export class QuotaExceeded extends QuorateError {
  declare readonly code: 'QuotaExceeded';
  readonly prefix: string;
  readonly what: 'keys' | 'bytes';
  /** What there would be. */
  readonly actual: number;
  readonly limit: number;

  constructor(details: z.infer<typeof quotaExceededDetails>, message?: string) {
    const { prefix, what, actual, limit } = details;
    super(
      'QuotaExceeded',
      message ?? `there would be ${actual} ${what} below ${quote(prefix)}, and ${limit} are allowed`,
      details,
    );
    this.prefix = prefix;
    this.what = what;
    this.actual = actual;
    this.limit = limit;
  }
}

const invalidQuotaDetails = z.object({ reason: z.string() });

/** What is to be the limit is none. */
export class InvalidQuota extends QuorateError {
  declare readonly code: 'InvalidQuota';

  constructor(details: z.infer<typeof invalidQuotaDetails>, message?: string) {
    super('InvalidQuota', message ?? `not a quota: ${details.reason}`, details);
  }
}

const tooManyQuotasDetails = z.object({ limit: z.number() });

/** There are as many quotas as there may be. */
export class TooManyQuotas extends QuorateError {
  declare readonly code: 'TooManyQuotas';

  constructor(details: z.infer<typeof tooManyQuotasDetails>, message?: string) {
    super('TooManyQuotas', message ?? `there are ${details.limit} quotas, and no more are allowed`, details);
  }
}

/** How these errors are made from their data again, by code. */
export const quotaErrors: ReadonlyMap<string, ErrorBuilder> = new Map([
  ['QuotaExceeded', errorBuilder(quotaExceededDetails, (details, message) => new QuotaExceeded(details, message))],
  ['InvalidQuota', errorBuilder(invalidQuotaDetails, (details, message) => new InvalidQuota(details, message))],
  ['TooManyQuotas', errorBuilder(tooManyQuotasDetails, (details, message) => new TooManyQuotas(details, message))],
]);
