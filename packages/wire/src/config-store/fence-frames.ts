import type { Fence } from '@quorate/config-store';
import type { FrameFields } from './frame-fields.ts';

/**
 * `['fenced', lock, token, frame]` around the frame of a write that has a fence: a version that knows of none takes it for a command of an unknown kind, and does not
 * do it without having looked at the lock.
 */
export const fencedFrame = (fence: Fence | undefined, frame: readonly unknown[]): readonly unknown[] =>
  fence === undefined ? frame : ['fenced', fence.lock, fence.token, frame];

/** Reads what `fencedFrame` made, and what is in it by `read`. @throws what the fields throw */
export function fencedIn<Write extends object>(
  fields: FrameFields,
  read: (fields: FrameFields) => Write,
): Write & { readonly fence?: Fence } {
  if (fields.kind !== 'fenced') return read(fields);
  const fence = { lock: fields.text('lock'), token: fields.number('token') };
  const inner = fields.frame('write');
  const write = read(inner);
  inner.end();
  return { ...write, fence };
}
