import type { ErrorData } from '@quorate/config-store';
import { z } from 'zod';
import { errorDataSchema, MalformedMessage } from '../api/errors.ts';
import { counter } from './entry-frame.ts';
import { decodeMsgpack, encodeMsgpack } from './msgpack.ts';

/** `['failed', code, message, details, appliedIndex]`: a failure looks the same in results, where the index is 0, and in answers. */
export const encodeFailure = ({ code, message, details }: ErrorData, appliedIndex: number): Uint8Array =>
  encodeMsgpack(['failed', code, message, details, appliedIndex]);

/** A failure that was read. */
export interface Failure {
  readonly kind: 'failed';
  readonly error: ErrorData;
  readonly appliedIndex: number;
}

/** Reads what `encodeFailure` made. */
export const failureSchema: z.ZodType<Failure> = z
  .tuple([z.literal('failed'), z.string(), z.string(), errorDataSchema.shape.details, counter])
  .transform(([kind, code, message, details, appliedIndex]) => ({
    kind,
    error: { code, message, details },
    appliedIndex,
  }));

/** An array of five that begins with the text `failed`. */
const FAILED = Buffer.from([0x95, 0xa6, ...Buffer.from('failed')]);

/** The error that an encoded result or answer holds, or null if it tells of a success, which is not decoded for it. @throws {MalformedMessage} */
export function failureIn(bytes: Uint8Array): ErrorData | null {
  if (FAILED.some((byte, at) => bytes[at] !== byte)) return null;
  return parseFrame(bytes, 'failure', (frame) => failureSchema.parse(frame)).error;
}

/** Reads a frame of msgpack by `read`, which may throw. @throws {MalformedMessage} naming `what` it is not */
export function parseFrame<Output>(bytes: Uint8Array, what: string, read: (frame: unknown) => Output): Output {
  try {
    return read(decodeMsgpack(bytes));
  } catch {
    throw new MalformedMessage({ what });
  }
}
