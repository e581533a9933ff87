/**
 * The key of a leaf: the prefix and the parts of its path with `/` between them; `/app` and `/app/` give the same. In a
 * part, `%` is written `%25` and `/` is written `%2F`, so that no name in a file looks like two. A file that is one
 * scalar, whose path is empty, gives the prefix itself, without a slash at its end.
 */
export function leafKey(prefix: string, path: readonly string[]): string {
  return join(
    prefix,
    path.map((part) => part.replaceAll('%', '%25').replaceAll('/', '%2F')),
  );
}

/** The key of a file's bytes: the prefix and the file's name, which is taken as it is. */
export function rawKey(prefix: string, fileName: string): string {
  return join(prefix, [fileName]);
}

/** The key of a file in a folder: the prefix and the way to the file, whose names are taken as they are. */
export const pathKey = (prefix: string, path: readonly string[]): string => join(prefix, path);

function join(prefix: string, parts: readonly string[]): string {
  const folder = prefix.endsWith('/') ? prefix.slice(0, -1) : prefix;
  return prefix === '' ? parts.join('/') : [folder, ...parts].join('/');
}
