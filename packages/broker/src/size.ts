const ZERO = 0x30;

/** Reads bytes[start, end) as a decimal number of at most nine digits; -1 for anything else. */
export function parseSize(bytes: Buffer, start: number, end: number): number {
  if (end === start || end - start > 9) return -1;
  let size = 0;
  for (let at = start; at < end; at++) {
    const digit = (bytes[at] ?? 0) - ZERO;
    if (digit < 0 || digit > 9) return -1;
    size = size * 10 + digit;
  }
  return size;
}

/** Reads a decimal number of at most nine digits; -1 for anything else. */
export function parseSizeText(text: string): number {
  return /^\d{1,9}$/.test(text) ? Number(text) : -1;
}
