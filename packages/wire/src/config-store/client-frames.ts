import type { FrameFields } from './frame-fields.ts';

/** `['from', client, frame]` around the frame of a write whose client says who it is. */
export const clientFrame = (client: string | undefined, frame: readonly unknown[]): readonly unknown[] =>
  client === undefined ? frame : ['from', client, frame];

/** Reads what `clientFrame` made, and what is in it by `read`. @throws what the fields throw */
export function clientIn<Write extends object>(
  fields: FrameFields,
  read: (fields: FrameFields) => Write,
): Write & { readonly client?: string } {
  if (fields.kind !== 'from') return read(fields);
  const client = fields.text('client');
  const inner = fields.frame('write');
  const write = read(inner);
  inner.end();
  return { ...write, client };
}
