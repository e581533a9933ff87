import { envLeaves } from './env-leaves.ts';
import { ImportError } from './import-error.ts';
import { formatOf, type ImportFormat, importFormats } from './import-format.ts';
import { jsonLeaves } from './json-leaves.ts';
import type { Leaf } from './leaf.ts';
import { type ImportFile, SourceText } from './source-text.ts';
import { yamlLeaves } from './yaml-leaves.ts';

const readers: Readonly<Record<ImportFormat, (source: SourceText) => readonly Leaf[]>> = {
  json: jsonLeaves,
  yaml: yamlLeaves,
  env: envLeaves,
};

/**
 * The leaves of a file, in the order in which they stand in it, all or none.
 * `format` is told by the file's name unless given.
 * @throws {ImportError} if the format is not known, or the file is not well-formed
 */
export function leavesOf(file: ImportFile, format: ImportFormat | null = formatOf(file.name)): readonly Leaf[] {
  if (format === null) {
    throw new ImportError(
      file.name,
      null,
      `the name tells no format: give one of ${importFormats.join(', ')}, or --raw`,
    );
  }
  return readers[format](new SourceText(file));
}
