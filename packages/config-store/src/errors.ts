import { z } from 'zod';
import { decimalSchema, type ErrorBuilder, errorBuilder, QuorateError, quote } from './quorate-error.ts';

const keyRole = z.enum(['key', 'prefix', 'after', 'from', 'to']);

/** What a text that obeys the rules of keys is for. */
export type KeyRole = z.infer<typeof keyRole>;

const invalidKeyDetails = z.object({
  what: keyRole,
  reason: z.string(),
  sizeBytes: z.number(),
  limitBytes: z.number(),
});

/** A key, a prefix, the `after` of a page or the `from` or `to` of a range is empty, has a control character, or is no text. */
export class InvalidKey extends QuorateError {
  declare readonly code: 'InvalidKey';

  constructor(details: z.infer<typeof invalidKeyDetails>, message?: string) {
    const { what, reason, sizeBytes, limitBytes } = details;
    super(
      'InvalidKey',
      message ?? `${what} ${reason}; its size is ${sizeBytes} bytes, and 1 to ${limitBytes} are allowed`,
      details,
    );
  }
}

const keyTooLargeDetails = z.object({ what: keyRole, sizeBytes: z.number(), limitBytes: z.number() });

/** A key, a prefix, the `after` of a page or the `from` or `to` of a range is over the limit of keys. */
export class KeyTooLarge extends QuorateError {
  declare readonly code: 'KeyTooLarge';

  constructor(details: z.infer<typeof keyTooLargeDetails>, message?: string) {
    const { what, sizeBytes, limitBytes } = details;
    super('KeyTooLarge', message ?? `${what} has ${sizeBytes} bytes, and ${limitBytes} are allowed`, details);
  }
}

const valueTooLargeDetails = z.object({ sizeBytes: z.number(), limitBytes: z.number() });

/** A value is over its limit. */
export class ValueTooLarge extends QuorateError {
  declare readonly code: 'ValueTooLarge';

  constructor(details: z.infer<typeof valueTooLargeDetails>, message?: string) {
    const { sizeBytes, limitBytes } = details;
    super('ValueTooLarge', message ?? `value has ${sizeBytes} bytes, and ${limitBytes} are allowed`, details);
  }
}

const invalidLimitDetails = z.object({ given: z.string(), limit: z.number() });

/** A page's limit is no positive integer, or too large. */
export class InvalidLimit extends QuorateError {
  declare readonly code: 'InvalidLimit';

  constructor(details: z.infer<typeof invalidLimitDetails>, message?: string) {
    const { given, limit } = details;
    super('InvalidLimit', message ?? `page limit ${given} is no integer from 1 to ${limit}`, details);
  }
}

const invalidRevisionDetails = z.object({ given: z.string() });

/** A revision that was asked for cannot be one. */
export class InvalidRevision extends QuorateError {
  declare readonly code: 'InvalidRevision';

  constructor(details: z.infer<typeof invalidRevisionDetails>, message?: string) {
    super('InvalidRevision', message ?? `revision ${details.given} is no integer from 0 to 2^53 - 1`, details);
  }
}

const revisionMismatchDetails = z.object({ key: z.string(), expected: decimalSchema, actual: decimalSchema });

/** The key is not at the revision that the write was made for; nothing was written. */
export class RevisionMismatch extends QuorateError {
  declare readonly code: 'RevisionMismatch';
  readonly key: string;
  /** The revision asked for; 0 if the key was to be absent. */
  readonly expected: bigint;
  /** The revision of the key's last change; 0 if it does not exist. */
  readonly actual: bigint;

  constructor(details: z.infer<typeof revisionMismatchDetails>, message?: string) {
    super('RevisionMismatch', message ?? describeMismatch(details), details);
    this.key = details.key;
    this.expected = BigInt(details.expected);
    this.actual = BigInt(details.actual);
  }
}

function describeMismatch({ key, expected, actual }: z.infer<typeof revisionMismatchDetails>): string {
  if (actual === '0') return `${quote(key)} does not exist, revision ${expected} was expected`;
  if (expected === '0') return `${quote(key)} exists at revision ${actual}, it was expected not to`;
  return `${quote(key)} is at revision ${actual}, ${expected} was expected`;
}

const invalidRangeDetails = z.object({ from: z.string(), to: z.string() });

/** A range of keys ends before it begins, or where. */
export class InvalidRange extends QuorateError {
  declare readonly code: 'InvalidRange';

  constructor(details: z.infer<typeof invalidRangeDetails>, message?: string) {
    const { from, to } = details;
    super(
      'InvalidRange',
      message ?? `the range from ${quote(from)} to ${quote(to)} is empty: it must end after it begins`,
      details,
    );
  }
}

const reasonDetails = z.object({ reason: z.string() });

/** The bytes of a command are none, or of a kind that this version does not know. */
export class InvalidCommand extends QuorateError {
  declare readonly code: 'InvalidCommand';

  constructor(details: z.infer<typeof reasonDetails>, message?: string) {
    super('InvalidCommand', message ?? `not a command: ${details.reason}`, details);
  }
}

/** The bytes of a query are none, or of a kind that this version does not know. */
export class InvalidQuery extends QuorateError {
  declare readonly code: 'InvalidQuery';

  constructor(details: z.infer<typeof reasonDetails>, message?: string) {
    super('InvalidQuery', message ?? `not a query: ${details.reason}`, details);
  }
}

const invalidContentTypeDetails = z.object({ given: z.string(), limit: z.number() });

/** A content type is no media type, or too long. */
export class InvalidContentType extends QuorateError {
  declare readonly code: 'InvalidContentType';

  constructor(details: z.infer<typeof invalidContentTypeDetails>, message?: string) {
    const { given, limit } = details;
    super(
      'InvalidContentType',
      message ?? `content type ${quote(given)} is no media type of at most ${limit} characters`,
      details,
    );
  }
}

/** How these errors are made from their data again, by code. */
export const requestErrors: ReadonlyMap<string, ErrorBuilder> = new Map([
  ['InvalidKey', errorBuilder(invalidKeyDetails, (details, message) => new InvalidKey(details, message))],
  ['KeyTooLarge', errorBuilder(keyTooLargeDetails, (details, message) => new KeyTooLarge(details, message))],
  ['ValueTooLarge', errorBuilder(valueTooLargeDetails, (details, message) => new ValueTooLarge(details, message))],
  ['InvalidLimit', errorBuilder(invalidLimitDetails, (details, message) => new InvalidLimit(details, message))],
  [
    'InvalidRevision',
    errorBuilder(invalidRevisionDetails, (details, message) => new InvalidRevision(details, message)),
  ],
  ['InvalidRange', errorBuilder(invalidRangeDetails, (details, message) => new InvalidRange(details, message))],
  [
    'InvalidContentType',
    errorBuilder(invalidContentTypeDetails, (details, message) => new InvalidContentType(details, message)),
  ],
  [
    'RevisionMismatch',
    errorBuilder(revisionMismatchDetails, (details, message) => new RevisionMismatch(details, message)),
  ],
  ['InvalidCommand', errorBuilder(reasonDetails, (details, message) => new InvalidCommand(details, message))],
  ['InvalidQuery', errorBuilder(reasonDetails, (details, message) => new InvalidQuery(details, message))],
]);
