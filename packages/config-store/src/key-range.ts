import { InvalidRange } from './errors.ts';
import { checkBound, checkKey, checkPrefix } from './limits.ts';
import { compareUtf8 } from './utf8.ts';

/** Keys that stand together: those that begin with a text, all if it is empty; or those from one key on to before another, to the end if that is null. */
export type KeyRange = { readonly prefix: string } | { readonly from: string; readonly to: string | null };

/** One key, or a range of them. */
export type KeySelection = { readonly key: string } | KeyRange;

/** From this key on, and below that one; null: without end. */
export interface KeyBounds {
  readonly from: string;
  readonly to: string | null;
}

/** Where a selection begins and ends. */
export function boundsOf(selection: KeySelection): KeyBounds {
  if ('prefix' in selection) return { from: selection.prefix, to: endOfPrefix(selection.prefix) };
  if ('from' in selection) return selection;
  return { from: selection.key, to: nextKey(selection.key) };
}

/** Whether a key is in a selection. */
export function isSelected(key: string, selection: KeySelection): boolean {
  if ('prefix' in selection) return key.startsWith(selection.prefix);
  if ('key' in selection) return key === selection.key;
  return compareUtf8(key, selection.from) >= 0 && (selection.to === null || compareUtf8(key, selection.to) < 0);
}

/** Whether it has the shape of a selection: a caller in plain JavaScript is bound by no type. */
export function areKeys(selection: unknown): boolean {
  if (typeof selection !== 'object' || selection === null) return false;
  if ('key' in selection) return typeof selection.key === 'string';
  if ('prefix' in selection) return typeof selection.prefix === 'string';
  if (!('from' in selection) || !('to' in selection) || typeof selection.from !== 'string') return false;
  return selection.to === null || typeof selection.to === 'string';
}

/** @throws {InvalidKey | KeyTooLarge | InvalidRange} */
export function checkSelection(selection: KeySelection): void {
  if ('key' in selection) checkKey(selection.key);
  else checkRange(selection);
}

/** @throws {InvalidKey | KeyTooLarge | InvalidRange} */
export function checkRange(range: KeyRange): void {
  if ('prefix' in range) return checkPrefix(range.prefix);
  const { from, to } = range;
  checkBound('from', from);
  if (to === null) return;
  checkBound('to', to);
  if (compareUtf8(from, to) >= 0) throw new InvalidRange({ from, to });
}

/** The first text after a key: nothing is smaller than a control character, which no key has. */
const nextKey = (key: string): string => `${key}\u0000`;

const lastCodePoint = 0x10ffff;

/** The first text that comes after all that begin with `prefix`; null if there is none. */
function endOfPrefix(prefix: string): string | null {
  const points = [...prefix].map((letter) => letter.codePointAt(0) ?? 0);
  while (points.at(-1) === lastCodePoint) points.pop();
  const last = points.pop();
  if (last === undefined) return null;
  // Between these two are the halves of characters, which no text has alone.
  const next = last === 0xd7ff ? 0xe000 : last + 1;
  return String.fromCodePoint(...points, next);
}
