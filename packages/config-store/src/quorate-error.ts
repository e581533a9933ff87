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
