import { basename } from 'node:path';
import { ImportError } from './import-error.ts';
import type { ImportFormat } from './import-format.ts';
import { leafKey, rawKey } from './import-key.ts';
import { unfitCharacterOf } from './leaf.ts';
import { leavesOf } from './leaves-of.ts';
import { type ImportFile, SourceText } from './source-text.ts';

/** A key to write, and its value. */
export interface ImportEntry {
  readonly key: string;
  readonly value: Uint8Array;
}

/** What the store takes. */
export interface ImportLimits {
  readonly maxKeyBytes: number;
  readonly maxValueBytes: number;
}

/** How a file becomes entries. */
export interface ImportOptions {
  /** Stands before every key, with a slash between, whether it ends in one or not. */
  readonly prefix: string;
  /** Told by the file's name unless given. */
  readonly format?: ImportFormat | undefined;
  readonly limits: ImportLimits;
}

/**
 * An entry for each leaf of a file, in the file's order, no key twice. None if the file holds no leaf.
 * @throws {ImportError} if anything in the file cannot be imported, so that nothing need be written of it
 */
export function leafEntries(file: ImportFile, options: ImportOptions): readonly ImportEntry[] {
  return leavesOf(file, options.format).map(({ path, text, offset }) => {
    const entry = { key: leafKey(options.prefix, path), value: new TextEncoder().encode(text) };
    const problem = problemOf(entry, options.limits);
    if (problem !== null) throw new SourceText(file).errorAt(offset, problem);
    return entry;
  });
}

/**
 * The one entry of a file that is taken as it is, whatever its format: its bytes, by its name without folders.
 * @throws {ImportError} if the name cannot be a part of a key, or the store takes no value as large
 */
export function rawEntry(file: ImportFile, options: ImportOptions): ImportEntry {
  const name = basename(file.name);
  const unfit = unfitCharacterOf(name);
  if (unfit !== null) throw new ImportError(file.name, null, `the file's name holds ${unfit}, which no key may hold`);

  const entry = { key: rawKey(options.prefix, name), value: file.bytes };
  const problem = problemOf(entry, options.limits);
  if (problem !== null) throw new ImportError(file.name, null, problem);
  return entry;
}

/** Why the store would not take an entry; null if it would. */
export function problemOf({ key, value }: ImportEntry, limits: ImportLimits): string | null {
  const keyBytes = Buffer.byteLength(key);
  if (keyBytes === 0) return 'a file that is one scalar needs a prefix for its key';
  if (keyBytes > limits.maxKeyBytes) return `its key has ${keyBytes} bytes, the limit is ${limits.maxKeyBytes}`;
  if (value.byteLength <= limits.maxValueBytes) return null;
  return `its value has ${value.byteLength} bytes, the limit is ${limits.maxValueBytes}`;
}
