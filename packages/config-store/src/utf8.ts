const isHighSurrogate = (unit: number): boolean => unit >= 0xd800 && unit <= 0xdbff;
const isLowSurrogate = (unit: number): boolean => unit >= 0xdc00 && unit <= 0xdfff;

/** How many bytes `text` takes in UTF-8; a lone surrogate counts as the three bytes of U+FFFD. */
export function utf8Length(text: string): number {
  let bytes = 0;
  for (let at = 0; at < text.length; at += 1) {
    const unit = text.charCodeAt(at);
    if (unit < 0x80) bytes += 1;
    else if (unit < 0x800) bytes += 2;
    else if (isHighSurrogate(unit) && isLowSurrogate(text.charCodeAt(at + 1))) {
      bytes += 4;
      at += 1;
    } else bytes += 3;
  }
  return bytes;
}

/** The place of the first surrogate in `text` that has no partner and therefore no form in UTF-8; -1 if there is none. */
export function loneSurrogateAt(text: string): number {
  for (let at = 0; at < text.length; at += 1) {
    const unit = text.charCodeAt(at);
    if (isLowSurrogate(unit)) return at;
    if (!isHighSurrogate(unit)) continue;
    if (!isLowSurrogate(text.charCodeAt(at + 1))) return at;
    at += 1;
  }
  return -1;
}

/**
 * Compares two well-formed strings by their bytes in UTF-8: negative, 0 or positive. JavaScript's own order differs: it
 * puts U+10000 and above, which are surrogates to it, before U+E000.
 */
export function compareUtf8(a: string, b: string): number {
  const shared = Math.min(a.length, b.length);
  for (let at = 0; at < shared; at += 1) {
    const left = a.charCodeAt(at);
    const right = b.charCodeAt(at);
    if (left !== right) return rank(left) - rank(right);
  }
  return a.length - b.length;
}

/** Moves the surrogates behind all other units, which makes the order of units that of code points, and so that of the bytes. */
function rank(unit: number): number {
  if (unit < 0xd800) return unit;
  return unit >= 0xe000 ? unit - 0x800 : unit + 0x2000;
}
