import { CommandFailure } from '../command-error.ts';

/**
 * The way that `import` would make this key of: its parts behind the prefix, with %2F and %25 as what they stand for.
 * @throws {CommandFailure} if `import` makes such a key of nothing
 */
export function leafPath(prefix: string, key: string): readonly string[] {
  return partsOf(prefix, key).map((part) => {
    if (/%(?!25|2F)/.test(part)) throw new CommandFailure(`${JSON.stringify(key)} holds a % that no import writes`);
    return part.replaceAll('%2F', '/').replaceAll('%25', '%');
  });
}

/**
 * The way to the file that holds this key.
 * @throws {CommandFailure} if no file can be named so
 */
export function filePath(prefix: string, key: string): readonly string[] {
  const parts = partsOf(prefix, key);
  const unfit = parts.find((part) => ['', '.', '..'].includes(part) || Buffer.byteLength(part) > 255);
  if (unfit === undefined) return parts;
  throw new CommandFailure(`no file can be named for ${JSON.stringify(key)}: a part of it is ${JSON.stringify(unfit)}`);
}

const partsOf = (prefix: string, key: string): readonly string[] => key.slice(folderOf(prefix).length).split('/');

/** What all keys under a prefix begin with: the prefix and a slash. */
export const folderOf = (prefix: string): string => (prefix === '' || prefix.endsWith('/') ? prefix : `${prefix}/`);
