import { InvalidSchema } from '@quorate/config-store';
import { Ajv, type ErrorObject, type Options, type ValidateFunction } from 'ajv';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { linearPattern } from './linear-pattern.ts';
import { schemaCost } from './schema-cost.ts';

/** Where a value does not match, and why. */
export interface Violation {
  /** A JSON pointer into the value; empty: the whole of it. */
  readonly path: string;
  readonly reason: string;
}

/** A schema that values can be held against. */
export interface CompiledSchema {
  /** For each byte of a value. */
  readonly cost: number;
  /** What is wrong with a value; null if nothing is. */
  violation(value: Uint8Array): Violation | null;
}

const options: Options = {
  // A keyword that is not known is a slip, which would have every value pass.
  strict: true,
  strictTypes: false,
  strictTuples: false,
  strictRequired: false,
  validateFormats: false,
  logger: false,
  // Code that is made better than it comes takes several times as long to make.
  code: { regExp: linearPattern, optimize: false },
};

const draft7 = /^https?:\/\/json-schema\.org\/draft-07\/schema#?$/;
const draft2020 = 'https://json-schema.org/draft/2020-12/schema';

/** One for all schemas: to make it takes longer than most of them. */
const ajvOf = { draft7: once(() => new Ajv(options)), draft2020: once(() => new Ajv2020(options)) };

function once<Made>(make: () => Made): () => Made {
  let made: { readonly value: Made } | null = null;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}

/** Makes of the JSON of a schema what values can be held against. @throws {InvalidSchema} saying what is wrong with it */
export function compileSchema(text: string): CompiledSchema {
  const schema = parsed(text);
  const cost = schemaCost(schema);
  const validate = compiled(schema);
  return { cost, violation: (value) => violationOf(validate, value) };
}

function parsed(text: string): object | boolean {
  let schema: unknown;
  try {
    schema = JSON.parse(text);
  } catch (error) {
    throw new InvalidSchema({ reason: `it is no JSON: ${messageOf(error)}` });
  }
  if (typeof schema === 'boolean') return schema;
  if (typeof schema === 'object' && schema !== null && !Array.isArray(schema)) return schema;
  throw new InvalidSchema({ reason: 'it is neither an object nor true or false' });
}

function compiled(schema: object | boolean): ValidateFunction {
  const { $id: _, ...rest } = typeof schema === 'boolean' ? { allOf: [schema] } : { $id: null, ...schema };
  const version: unknown = '$schema' in rest ? rest.$schema : draft2020;
  const isDraft7 = typeof version === 'string' && draft7.test(version);
  if (!isDraft7 && version !== draft2020) {
    throw new InvalidSchema({ reason: `$schema is ${JSON.stringify(version)}: 2020-12 and draft-07 are known` });
  }
  const ajv = isDraft7 ? ajvOf.draft7() : ajvOf.draft2020();
  try {
    const validate = ajv.compile(rest);
    // What JavaScript has not enough stack for shows when it is run.
    for (const value of [null, '', 0, [], {}]) validate(value);
    return validate;
  } catch (error) {
    throw new InvalidSchema({ reason: messageOf(error) });
  } finally {
    // Whoever needs it has it; and another version of it is to be no repetition. An id of its own, by which others could find it, it was not given.
    ajv.removeSchema(rest);
  }
}

/**
 * A value is read as JSON, and if that does not match as the text that it is: so `8080` is a number to a schema that wants one, and `1.10` a text to one that wants a text, as
 * values are that were put by hand or from a file of settings.
 */
function violationOf(validate: ValidateFunction, value: Uint8Array): Violation | null {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(value);
  } catch {
    return { path: '', reason: 'is no UTF-8' };
  }
  const json = readJson(text);
  const asJson = json === null ? null : against(validate, json.value);
  if (json !== null && asJson === null) return null;
  const asText = against(validate, text);
  return asText === null ? null : (asJson ?? asText);
}

function readJson(text: string): { readonly value: unknown } | null {
  try {
    return { value: JSON.parse(text) };
  } catch {
    return null;
  }
}

function against(validate: ValidateFunction, value: unknown): Violation | null {
  try {
    if (validate(value)) return null;
  } catch (error) {
    // Too deep for the stack, where equal items are looked for.
    return { path: '', reason: `could not be looked at: ${messageOf(error)}` };
  }
  const [first] = validate.errors ?? [];
  return first === undefined
    ? { path: '', reason: 'does not match' }
    : { path: first.instancePath, reason: reasonOf(first) };
}

/** With the name, or the values, that Ajv's message leaves out. */
function reasonOf({ message = 'does not match', params }: ErrorObject): string {
  const named: unknown =
    params.additionalProperty ?? params.unevaluatedProperty ?? params.allowedValues ?? params.allowedValue;
  return named === undefined ? message : `${message}: ${JSON.stringify(named).slice(0, 200)}`;
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
