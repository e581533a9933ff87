/** The bytes that the protocol gives a meaning. */
export const TAB = 9;
export const LINE_FEED = 10;
export const CARRIAGE_RETURN = 13;
export const SPACE = 32;

// Below this length a loop is faster than the view and the call that a native copy takes.
const LOOP_BYTES = 48;

/** Copies source[start, end) to `target` from `at` on, and returns where the copy ends. */
export function copyBytes(source: Buffer, start: number, end: number, target: Buffer, at: number): number {
  if (end - start > LOOP_BYTES) {
    source.copy(target, at, start, end);
    return at + end - start;
  }
  let to = at;
  for (let from = start; from < end; from++) target[to++] = source[from] ?? 0;
  return to;
}
