import { isUtf8 } from 'node:buffer';

const longestPreview = 60;

/** A value on one line, for people: its text without control characters, cut where it is long, or its size if it is no text. */
export function previewOf(value: Uint8Array): string {
  const bytes = Buffer.from(value.buffer, value.byteOffset, value.byteLength);
  if (!isUtf8(bytes)) return `(${value.byteLength} bytes)`;
  const text = Array.from(bytes.toString());
  const shown = escaped(text.slice(0, longestPreview).join(''));
  return text.length > longestPreview ? `${shown}… (${value.byteLength} bytes)` : shown;
}

/** A text as a terminal may show it: what would move the cursor or speak to the terminal is written as an escape. */
export const escaped = (text: string): string =>
  text.replace(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, (character) => escapeOf(character));

function escapeOf(character: string): string {
  if (character === '\n') return '\\n';
  if (character === '\r') return '\\r';
  if (character === '\t') return '\\t';
  return `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`;
}
