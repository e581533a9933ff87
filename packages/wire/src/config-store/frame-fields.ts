import { decodeMsgpack } from './msgpack.ts';

/** Makes the error for a frame that is none. */
export type Invalid = (reason: string) => Error;

/** What encoded bytes hold, which may be no frame. @throws what `invalid` makes if they are no msgpack */
export function frameIn(bytes: Uint8Array, invalid: Invalid): unknown {
  try {
    return decodeMsgpack(bytes);
  } catch (error) {
    throw error instanceof Error && error.name === 'MalformedMsgpack' ? invalid(error.message) : error;
  }
}

/** The fields of a frame, which is an array that begins with its kind, read one after the other. */
export class FrameFields {
  readonly kind: string;
  readonly #fields: readonly unknown[];
  readonly #invalid: Invalid;
  #at = 1;

  private constructor(fields: readonly unknown[], invalid: Invalid) {
    this.#invalid = invalid;
    this.#fields = fields;
    const [kind] = fields;
    if (typeof kind !== 'string') throw invalid('it has no kind');
    this.kind = kind;
  }

  /** The fields of encoded bytes. @throws what `invalid` makes */
  static decode(bytes: Uint8Array, invalid: Invalid): FrameFields {
    return FrameFields.of(frameIn(bytes, invalid), invalid);
  }

  /** The fields of a decoded frame. @throws what `invalid` makes */
  static of(frame: unknown, invalid: Invalid): FrameFields {
    if (!Array.isArray(frame)) throw invalid('it is no array');
    return new FrameFields(frame, invalid);
  }

  /** Whether all fields were read. */
  get isAtEnd(): boolean {
    return this.#at >= this.#fields.length;
  }

  text(name: string): string {
    const field = this.#next();
    if (typeof field !== 'string') throw this.#invalid(`the ${name} is no text`);
    return field;
  }

  textOrNull(name: string): string | null {
    const field = this.#next();
    if (field !== null && typeof field !== 'string') throw this.#invalid(`the ${name} is no text`);
    return field;
  }

  bytes(name: string): Uint8Array {
    const field = this.#next();
    if (!(field instanceof Uint8Array)) throw this.#invalid(`the ${name} is no bytes`);
    return field;
  }

  number(name: string): number {
    const field = this.#next();
    if (typeof field !== 'number') throw this.#invalid(`the ${name} is no number`);
    return field;
  }

  numberOrNull(name: string): number | null {
    const field = this.#next();
    if (field !== null && typeof field !== 'number') throw this.#invalid(`the ${name} is no number`);
    return field;
  }

  boolean(name: string): boolean {
    const field = this.#next();
    if (typeof field !== 'boolean') throw this.#invalid(`the ${name} is neither true nor false`);
    return field;
  }

  /** Frames in one field. */
  list(name: string): readonly FrameFields[] {
    const field = this.#next();
    if (!Array.isArray(field)) throw this.#invalid(`the ${name} are no list`);
    return field.map((frame: unknown) => FrameFields.of(frame, this.#invalid));
  }

  /** A frame in a field. */
  frame(name: string): FrameFields {
    const field = this.#next();
    if (!Array.isArray(field)) throw this.#invalid(`the ${name} is no frame`);
    return FrameFields.of(field, this.#invalid);
  }

  /** Any field. */
  any(): unknown {
    return this.#next();
  }

  /** There are no more fields. */
  end(): void {
    if (!this.isAtEnd) throw this.invalid(`${this.#describe()} is not known`);
  }

  /** The error for something that is wrong with a field. */
  invalid(reason: string): Error {
    return this.#invalid(reason);
  }

  /** The error for a kind that is not known. */
  unknown(): Error {
    return this.#invalid(`${this.#describe()} is not known`);
  }

  #next(): unknown {
    if (this.isAtEnd) throw this.unknown();
    const field = this.#fields[this.#at];
    this.#at += 1;
    return field;
  }

  #describe(): string {
    return `${JSON.stringify(this.kind.slice(0, 32))} with ${this.#fields.length - 1} fields`;
  }
}
