import { z } from 'zod';

/** One fact about an error; 64-bit numbers are decimal strings. */
export type ErrorDetail = string | number | boolean | null;

/** The facts about an error, by name. */
export type ErrorDetails = Readonly<Record<string, ErrorDetail>>;

/** An error as plain data: what crosses the wire in its place. */
export interface ErrorData {
  readonly code: string;
  readonly message: string;
  readonly details: ErrorDetails;
}

/** What every error of Quorate's that a caller may see is. `code` is stable, the message is for people. */
export abstract class QuorateError extends Error {
  readonly code: string;
  readonly details: ErrorDetails;

  constructor(code: string, message: string, details: ErrorDetails) {
    super(message);
    this.name = code;
    this.code = code;
    this.details = details;
  }

  /** The error without its stack, to be sent. */
  toData(): ErrorData {
    return { code: this.code, message: this.message, details: this.details };
  }
}

/** Makes an error of one class from its data again; null if the details are not those of that class. */
export type ErrorBuilder = (data: ErrorData) => QuorateError | null;

/** An `ErrorBuilder` for the class that `build` constructs. */
export function errorBuilder<Details>(
  details: z.ZodType<Details>,
  build: (details: Details, message: string) => QuorateError,
): ErrorBuilder {
  return (data) => {
    const parsed = details.safeParse(data.details);
    return parsed.success ? build(parsed.data, data.message) : null;
  };
}

/** A 64-bit counter as errors' details and JSON carry it: decimal digits. */
export const decimalSchema: z.ZodType<string> = z.string().regex(/^(0|[1-9][0-9]{0,18})$/);

/** Quotes a text for a message, shortened to 64 characters. */
export function quote(text: string): string {
  if (text.length <= 64) return JSON.stringify(text);
  return `${JSON.stringify([...text.slice(0, 128)].slice(0, 64).join(''))}…`;
}

const keyRole = z.enum(['key', 'prefix', 'after']);

/** What a text that obeys the rules of keys is for. */
export type KeyRole = z.infer<typeof keyRole>;

const invalidKeyDetails = z.object({
  what: keyRole,
  reason: z.string(),
  sizeBytes: z.number(),
  limitBytes: z.number(),
});

/** A key, a prefix or the `after` of a page is empty, has a control character, or is no text. */
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

/** A key, a prefix or the `after` of a page is over the limit of keys. */
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

const revisionCompactedDetails = z.object({ revision: decimalSchema, oldestRevision: decimalSchema });

/** What was there at a revision is not kept any more; from `oldestRevision` on it is. */
export class RevisionCompacted extends QuorateError {
  declare readonly code: 'RevisionCompacted';

  constructor(details: z.infer<typeof revisionCompactedDetails>, message?: string) {
    const { revision, oldestRevision } = details;
    const what = `revision ${revision} was compacted; the oldest that can be read is ${oldestRevision}`;
    super('RevisionCompacted', message ?? what, details);
  }
}

const revisionNotWrittenDetails = z.object({ revision: decimalSchema, newestRevision: decimalSchema });

/** A revision that was asked for lies in the future. */
export class RevisionNotWritten extends QuorateError {
  declare readonly code: 'RevisionNotWritten';

  constructor(details: z.infer<typeof revisionNotWrittenDetails>, message?: string) {
    const { revision, newestRevision } = details;
    super(
      'RevisionNotWritten',
      message ?? `revision ${revision} was not written yet; the newest is ${newestRevision}`,
      details,
    );
  }
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

/** How the store's own errors are made from their data again, by code. */
export const storeErrors: ReadonlyMap<string, ErrorBuilder> = new Map([
  ['InvalidKey', errorBuilder(invalidKeyDetails, (details, message) => new InvalidKey(details, message))],
  ['KeyTooLarge', errorBuilder(keyTooLargeDetails, (details, message) => new KeyTooLarge(details, message))],
  ['ValueTooLarge', errorBuilder(valueTooLargeDetails, (details, message) => new ValueTooLarge(details, message))],
  ['InvalidLimit', errorBuilder(invalidLimitDetails, (details, message) => new InvalidLimit(details, message))],
  [
    'InvalidRevision',
    errorBuilder(invalidRevisionDetails, (details, message) => new InvalidRevision(details, message)),
  ],
  [
    'RevisionMismatch',
    errorBuilder(revisionMismatchDetails, (details, message) => new RevisionMismatch(details, message)),
  ],
  [
    'RevisionCompacted',
    errorBuilder(revisionCompactedDetails, (details, message) => new RevisionCompacted(details, message)),
  ],
  [
    'RevisionNotWritten',
    errorBuilder(revisionNotWrittenDetails, (details, message) => new RevisionNotWritten(details, message)),
  ],
  ['InvalidRange', errorBuilder(invalidRangeDetails, (details, message) => new InvalidRange(details, message))],
  ['InvalidCommand', errorBuilder(reasonDetails, (details, message) => new InvalidCommand(details, message))],
  ['InvalidQuery', errorBuilder(reasonDetails, (details, message) => new InvalidQuery(details, message))],
]);
