import { writeFile } from 'node:fs/promises';
import type { Entry } from '@quorate/client';
import { checkPrefix } from '@quorate/config-store';
import { type Command, Option } from 'commander';
import { stringify } from 'yaml';
import { readKeys } from '../changes/planned-change.ts';
import { UsageError } from '../command-error.ts';
import { exportEnv } from '../export/export-env.ts';
import { exportFolder } from '../export/export-folder.ts';
import { exportTree } from '../export/export-tree.ts';
import { folderOf } from '../export/key-path.ts';
import { formatOf, importFormats } from '../import/import-format.ts';
import { counter } from '../options/option-values.ts';
import { say, write } from '../output/output.ts';
import { addStoreOptions, withStore } from '../with-store.ts';
import { addExamples } from './examples.ts';

const exportFormats = [...importFormats, 'folder'] as const;

type ExportFormat = (typeof exportFormats)[number];

interface ExportFlags {
  readonly format?: ExportFormat;
  readonly output?: string;
  readonly revision?: bigint;
}

/** `quorate export`: the keys under a prefix as a file, or as a folder of files. */
export function addExport(program: Command): void {
  const command = program
    .command('export')
    .summary('write the keys under a prefix to a file')
    .description(
      'Writes the keys under a prefix (it and a slash), all as of one revision, as JSON, YAML or .env, or as a folder with a file for each. import of it with the same prefix gives the same keys and values.',
    )
    .argument('<prefix>', "'' for all keys")
    .addOption(
      new Option('--format <format>', 'told by the name of the output if not given, else json').choices(exportFormats),
    )
    .addOption(new Option('--output <path>', 'a file, or the folder, which must not exist yet; - for standard output'))
    .addOption(new Option('--revision <number>', 'as it was after this revision').argParser(counter(1n)));
  addStoreOptions(command).action((prefix: string) => exportKeys(command, prefix));
  addExamples(command, [
    ['quorate export /app', 'JSON'],
    ['quorate export /app --output app.yaml', 'YAML, in a new file'],
    ['quorate export /app/env --format env > .env', 'what /app/env/PORT and so on hold'],
    ['quorate export /files --format folder --output files', 'any bytes'],
    ['quorate export /app --revision 41', 'as it was then'],
  ]);
}

async function exportKeys(command: Command, prefix: string): Promise<void> {
  const { revision, output = '-', ...flags } = command.opts<ExportFlags>();
  checkPrefix(prefix);
  const format = flags.format ?? formatOf(output) ?? 'json';
  if (format === 'folder' && output === '-') throw new UsageError('--format folder needs --output');
  await withStore(command, async (store) => {
    const entries = [...(await readKeys(store, folderOf(prefix), revision)).entries.values()];
    if (format === 'folder') await exportFolder(entries, prefix, output);
    else await writeTo(output, textOf(entries, prefix, format));
    if (output !== '-') say(`${entries.length} ${entries.length === 1 ? 'key' : 'keys'} written to ${output}`);
  });
}

function textOf(entries: readonly Entry[], prefix: string, format: Exclude<ExportFormat, 'folder'>): string {
  switch (format) {
    case 'json':
      return `${JSON.stringify(exportTree(entries, prefix), null, 2)}\n`;
    case 'yaml':
      return stringify(exportTree(entries, prefix), { lineWidth: 0 });
    case 'env':
      return exportEnv(entries, prefix);
    default:
      return format satisfies never;
  }
}

async function writeTo(output: string, text: string): Promise<void> {
  if (output === '-') return write(text);
  try {
    await writeFile(output, text, { flag: 'wx' });
  } catch (error) {
    const reason = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    throw new UsageError(`${output} cannot be made: ${reason}`, { cause: error });
  }
}
