/** Lines of ASCII: the simulator needs no other format, and no other package's. */
export function bytesOf(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length);
  for (let at = 0; at < text.length; at += 1) bytes[at] = text.charCodeAt(at);
  return bytes;
}

/** The text of bytes that `bytesOf` made. They are short. */
export const textOf = (bytes: Uint8Array): string => String.fromCharCode(...bytes);
