import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type ImportEntry, type ImportLimits, problemOf } from './import-entries.ts';
import { ImportError } from './import-error.ts';
import { pathKey } from './import-key.ts';
import { unfitCharacterOf } from './leaf.ts';

/**
 * An entry for each file of a folder and of those in it, in the order of their keys' bytes: the prefix and the way to the file, with the file's bytes.
 * @throws {ImportError} if a name cannot be a part of a key, the store takes no value as large, or something is neither file nor folder
 */
export async function folderEntries(
  folder: string,
  { prefix, limits }: { readonly prefix: string; readonly limits: ImportLimits },
): Promise<readonly ImportEntry[]> {
  const entries: ImportEntry[] = [];
  for await (const { path, parts } of filesOf(folder, [])) {
    const entry = { key: pathKey(prefix, parts), value: await readFile(path) };
    const problem = problemOf(entry, limits);
    if (problem !== null) throw new ImportError(path, null, problem);
    entries.push(entry);
  }
  return entries.sort((one, other) => Buffer.compare(Buffer.from(one.key), Buffer.from(other.key)));
}

interface FoundFile {
  readonly path: string;
  readonly parts: readonly string[];
}

async function* filesOf(folder: string, parts: readonly string[]): AsyncGenerator<FoundFile> {
  for (const found of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, found.name);
    const unfit = unfitCharacterOf(found.name);
    if (unfit !== null) throw new ImportError(path, null, `the name holds ${unfit}, which no key may hold`);
    const its = [...parts, found.name];
    if (found.isDirectory()) yield* filesOf(path, its);
    else if (found.isFile()) yield { path, parts: its };
    else throw new ImportError(path, null, 'this is neither a file nor a folder');
  }
}
