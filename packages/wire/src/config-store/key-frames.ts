import type { KeyRange, KeySelection } from '@quorate/config-store';
import type { FrameFields } from './frame-fields.ts';

/** A key is a text, a prefix `[prefix]`, and a range `[from, to | null]`. */
export function selectionFrame(selection: KeySelection): string | readonly (string | null)[] {
  if ('key' in selection) return selection.key;
  return 'prefix' in selection ? [selection.prefix] : [selection.from, selection.to];
}

/** Reads what `selectionFrame` made. @throws what the fields throw */
export function selectionIn(fields: FrameFields): KeySelection {
  const frame = fields.any();
  if (typeof frame === 'string') return { key: frame };
  return rangeOf(frame, fields);
}

/** Reads what `selectionFrame` made of a range. @throws what the fields throw */
export function rangeIn(fields: FrameFields): KeyRange {
  return rangeOf(fields.any(), fields);
}

function rangeOf(frame: unknown, fields: FrameFields): KeyRange {
  if (!Array.isArray(frame)) throw fields.invalid('the keys are none');
  const [from, to]: readonly unknown[] = frame;
  if (frame.length === 1 && typeof from === 'string') return { prefix: from };
  if (frame.length !== 2 || typeof from !== 'string' || (to !== null && typeof to !== 'string')) {
    throw fields.invalid('the keys are none');
  }
  return { from, to };
}
