import { InvalidSchema, type PossiblePut } from '@quorate/config-store';
import type { CompiledSchema, Violation } from './compile-schema.ts';

/** The most that a write may cost to look at: bytes of values, each by the cost of the schemas that it has to match. Less than a second, and most of it is never reached. */
export const maxWriteCost = 50_000_000;

/** What it costs to look at a value. */
export const costOf = (schema: CompiledSchema | InvalidSchema, { value }: PossiblePut): number =>
  schema instanceof InvalidSchema ? 0 : schema.cost * value.length;

/** What is wrong with a value, whatever it costs to find out. */
export const violationIn = (schema: CompiledSchema | InvalidSchema, { value }: PossiblePut): Violation | null =>
  schema instanceof InvalidSchema
    ? { path: '', reason: `cannot be looked at by this node: ${schema.message}` }
    : schema.violation(value);

/** Said of a value that is not looked at. */
export const tooMuch = ({ value }: PossiblePut): Violation => ({
  path: '',
  reason: `of ${value.length} bytes is too large for this schema, or one of too many: looking at it could take too long`,
});

/** What is wrong with a value, if that may be found out. */
export const violationWithin = (schema: CompiledSchema, put: PossiblePut): Violation | null =>
  costOf(schema, put) > maxWriteCost ? tooMuch(put) : violationIn(schema, put);
