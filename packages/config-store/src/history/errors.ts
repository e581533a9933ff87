import { z } from 'zod';
import { decimalSchema, type ErrorBuilder, errorBuilder, QuorateError } from '../quorate-error.ts';

const revisionCompactedDetails = z.object({ revision: decimalSchema, oldestRevision: decimalSchema });

/** What was there at a revision is not kept any more; from `oldestRevision` on it is. */
export class RevisionCompacted extends QuorateError {
  declare readonly code: 'RevisionCompacted';
  /** The first revision that can be read, and watched from. */
  readonly oldestRevision: bigint;

  constructor(details: z.infer<typeof revisionCompactedDetails>, message?: string) {
    const { revision, oldestRevision } = details;
    const what = `revision ${revision} was compacted; the oldest that can be read is ${oldestRevision}`;
    super('RevisionCompacted', message ?? what, details);
    this.oldestRevision = BigInt(oldestRevision);
  }
}

const revisionNotWrittenDetails = z.object({ revision: decimalSchema, newestRevision: decimalSchema });

/** A revision that was asked for lies in the future. */
export class RevisionNotWritten extends QuorateError {
  declare readonly code: 'RevisionNotWritten';
  readonly revision: bigint;
  readonly newestRevision: bigint;

  constructor(details: z.infer<typeof revisionNotWrittenDetails>, message?: string) {
    const { revision, newestRevision } = details;
    super(
      'RevisionNotWritten',
      message ?? `revision ${revision} was not written yet; the newest is ${newestRevision}`,
      details,
    );
    this.revision = BigInt(revision);
    this.newestRevision = BigInt(newestRevision);
  }
}

const invalidRetentionDetails = z.object({
  setting: z.string(),
  given: z.string(),
  least: z.number(),
  limit: z.number(),
});

/** A setting of how much history is kept is no number that it may be. */
export class InvalidRetention extends QuorateError {
  declare readonly code: 'InvalidRetention';

  constructor(details: z.infer<typeof invalidRetentionDetails>, message?: string) {
    const { setting, given, least, limit } = details;
    super('InvalidRetention', message ?? `${setting} ${given} is no integer from ${least} to ${limit}`, details);
  }
}

/** How these errors are made from their data again, by code. */
export const historyErrors: ReadonlyMap<string, ErrorBuilder> = new Map([
  [
    'RevisionCompacted',
    errorBuilder(revisionCompactedDetails, (details, message) => new RevisionCompacted(details, message)),
  ],
  [
    'RevisionNotWritten',
    errorBuilder(revisionNotWrittenDetails, (details, message) => new RevisionNotWritten(details, message)),
  ],
  [
    'InvalidRetention',
    errorBuilder(invalidRetentionDetails, (details, message) => new InvalidRetention(details, message)),
  ],
]);
