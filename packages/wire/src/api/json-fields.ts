import { InvalidRequest } from './errors.ts';

/** The fields of an object in JSON; those of an object's prototype are none. */
export class JsonFields {
  readonly #fields: ReadonlyMap<string, unknown>;
  /** Where the object stands in the request: empty, or a path that ends with a dot. */
  readonly #path: string;

  private constructor(fields: ReadonlyMap<string, unknown>, path: string) {
    this.#fields = fields;
    this.#path = path;
  }

  /** The object that bytes are in JSON; nothing at all is taken for `{}`. @throws {InvalidRequest} */
  static parse(bytes: Uint8Array): JsonFields {
    return JsonFields.of(bytes.length === 0 ? {} : parsed(bytes));
  }

  /** The fields of a value that stands at `path`. @throws {InvalidRequest} if it is no object */
  static of(value: unknown, path: string | null = null): JsonFields {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      const what = path === null ? 'it' : path;
      throw new InvalidRequest({ reason: `${what} is no JSON object`, field: path });
    }
    return new JsonFields(new Map(Object.entries(value)), path === null ? '' : `${path}.`);
  }

  get names(): readonly string[] {
    return [...this.#fields.keys()];
  }

  get(field: string): unknown {
    return this.#fields.get(field);
  }

  has(field: string): boolean {
    return this.#fields.has(field);
  }

  /** Whether the field is there, and not null. */
  isGiven(field: string): boolean {
    return (this.#fields.get(field) ?? null) !== null;
  }

  /** All fields, as a plain object. */
  toObject(): Readonly<Record<string, unknown>> {
    return Object.fromEntries(this.#fields);
  }

  /** Where a field stands in the request. */
  pathOf(field: string): string {
    return `${this.#path}${field}`;
  }

  /** The error for what is wrong with a field. */
  invalid(field: string, reason: string): InvalidRequest {
    const path = this.pathOf(field);
    return new InvalidRequest({ reason: `${path} ${reason}`, field: path });
  }

  /** @throws {InvalidRequest} if there is a field that is not among `known` */
  allow(known: readonly string[], of: string): void {
    const unknown = this.names.find((field) => !known.includes(field));
    if (unknown === undefined) return;
    const path = this.pathOf(unknown.slice(0, 64));
    const reason = `the field ${JSON.stringify(path)} is not known; ${of} takes ${known.join(', ')}`;
    throw new InvalidRequest({ reason, field: path });
  }

  /** @throws {InvalidRequest} */
  text(field: string): string {
    const text = this.#fields.get(field);
    if (text === undefined) throw this.invalid(field, 'is missing');
    if (typeof text !== 'string') throw this.invalid(field, 'is no text');
    // An escape may spell half a character, which msgpack could not carry.
    if (Buffer.from(text).toString() !== text) throw this.invalid(field, 'has a lone surrogate');
    return text;
  }

  /** The text of a field, or null if it is not given. @throws {InvalidRequest} */
  textOrNull(field: string): string | null {
    return this.isGiven(field) ? this.text(field) : null;
  }

  /** A number of 64 bits. @throws {InvalidRequest} */
  counter(field: string): number {
    const counter = counterOf(this.#fields.get(field));
    if (counter === null) throw this.invalid(field, this.has(field) ? 'is no integer from 0' : 'is missing');
    return counter;
  }

  /** @throws {InvalidRequest} */
  base64(field: string): Uint8Array {
    const text = this.text(field);
    const bytes = Buffer.from(text, 'base64');
    if (bytes.toString('base64') !== text) throw this.invalid(field, 'is no base64');
    return bytes;
  }

  /** A value, which is either text or base64. @throws {InvalidRequest} */
  value(of: string): Uint8Array {
    if (this.has('value') === this.has('valueBase64')) {
      throw new InvalidRequest({
        reason: `${of} takes either value or valueBase64`,
        field: this.pathOf('value'),
      });
    }
    return this.has('value') ? Buffer.from(this.text('value')) : this.base64('valueBase64');
  }

  /** @throws {InvalidRequest} */
  boolean(field: string, otherwise: boolean): boolean {
    if (!this.isGiven(field)) return otherwise;
    const value = this.#fields.get(field);
    if (typeof value !== 'boolean') throw this.invalid(field, 'is neither true nor false');
    return value;
  }

  /** The objects in a list; none if it is not given. @throws {InvalidRequest} */
  list(field: string): readonly JsonFields[] {
    if (!this.isGiven(field)) return [];
    const list = this.#fields.get(field);
    if (!Array.isArray(list)) throw this.invalid(field, 'is no list');
    return list.map((item: unknown, at) => JsonFields.of(item, `${this.pathOf(field)}[${at}]`));
  }
}

/** A number of 64 bits is a text in JSON; a JSON number is taken where it is exact. Null if it is neither. */
export function counterOf(value: unknown): number | null {
  const number = typeof value === 'string' && /^(0|[1-9][0-9]{0,15})$/.test(value) ? Number(value) : value;
  return typeof number === 'number' && Number.isSafeInteger(number) && number >= 0 ? number : null;
}

/** A value for a message, shortened. */
export const shown = (value: unknown): string =>
  (typeof value === 'string' ? value : (JSON.stringify(value) ?? 'nothing')).slice(0, 64);

function parsed(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes));
  } catch {
    throw new InvalidRequest({ reason: 'it begins as JSON does, and is no JSON in UTF-8', field: null });
  }
}
