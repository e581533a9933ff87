import type { SourceText } from './source-text.ts';

/** A scalar of a file, by the way that leads to it. */
export interface Leaf {
  /** The names and indexes from the root of the file to the scalar, as they stand in the file. Empty if the file is one scalar. */
  readonly path: readonly string[];
  /** The scalar's text. */
  readonly text: string;
  /** Where the leaf stands in the text of its file, for errors. */
  readonly offset: number;
}

/** How deep a file may nest: below that, a key of 1 KiB could no longer hold the path. */
export const maxDepth = 500;

/** The first character of a name that a key may not hold: a control character, or half a surrogate pair, which UTF-8 cannot write. */
export function unfitCharacterOf(name: string): string | null {
  const character = /[\p{Cc}\p{Cs}]/u.exec(name)?.[0];
  return character === undefined ? null : codePointOf(character);
}

/**
 * Makes sure that a name in a file can be a part of a key.
 * @throws {ImportError}
 */
export function checkName(source: SourceText, offset: number, name: string): void {
  const unfit = unfitCharacterOf(name);
  if (unfit === null) return;
  throw source.errorAt(offset, `the name ${JSON.stringify(name)} holds ${unfit}, which no key may hold`);
}

/**
 * Makes sure that a scalar can be written as UTF-8.
 * @throws {ImportError}
 */
export function checkText(source: SourceText, offset: number, text: string): void {
  const half = /\p{Cs}/u.exec(text)?.[0];
  if (half !== undefined) throw source.errorAt(offset, `the text holds ${codePointOf(half)}, half of a character`);
}

const codePointOf = (character: string): string =>
  `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`;
