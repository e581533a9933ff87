import type { FrameFields } from './frame-fields.ts';

/** `['passed', schemaRevision, frame]` around the frame of a write whose values were checked: a version that knows of no schemas takes it for a command of an unknown kind. */
export const passedFrame = (passedSchemas: number | undefined, frame: readonly unknown[]): readonly unknown[] =>
  passedSchemas === undefined ? frame : ['passed', passedSchemas, frame];

/** Reads what `passedFrame` made, and what is in it by `read`. @throws what the fields throw */
export function passedIn<Write extends object>(
  fields: FrameFields,
  read: (fields: FrameFields) => Write,
): Write & { readonly passedSchemas?: number } {
  if (fields.kind !== 'passed') return read(fields);
  const passedSchemas = fields.number('version of the schemas');
  const inner = fields.frame('write');
  const write = read(inner);
  inner.end();
  return { ...write, passedSchemas };
}
