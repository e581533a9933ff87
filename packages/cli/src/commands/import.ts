import type { Store } from '@quorate/client';
import { checkKey, checkValue, MAX_KEY_BYTES, MAX_VALUE_BYTES } from '@quorate/config-store';
import { type Command, Option } from 'commander';
import { UsageError } from '../command-error.ts';
import { folderEntries } from '../import/folder-entries.ts';
import { type ImportEntry, leafEntries, rawEntry } from '../import/import-entries.ts';
import { type ImportFormat, importFormats } from '../import/import-format.ts';
import { writeLine } from '../output/output.ts';
import { Progress } from '../output/progress.ts';
import { putAll } from '../put-all.ts';
import { isFolder, readInputFile } from '../read-input-file.ts';
import { addStoreOptions, withStore } from '../with-store.ts';
import { addExamples } from './examples.ts';

interface ImportFlags {
  readonly prefix: string;
  readonly raw?: boolean;
  readonly format?: ImportFormat;
}

const limits = { maxKeyBytes: MAX_KEY_BYTES, maxValueBytes: MAX_VALUE_BYTES };

/** `quorate import`: the scalars of a file as keys, or its bytes as one. */
export function addImport(program: Command): void {
  const command = program
    .command('import')
    .summary('write a file, a key for each leaf')
    .description(
      'Writes a key for each scalar of a JSON, YAML or .env file, in their order: the prefix and the way to the scalar with slashes between, and its text as the value. In a name that stands in the file % becomes %25 and / becomes %2F; where a YAML file holds more than one document, the number of the document comes first, from 0. With --raw it is one key: the prefix and the name of the file, with its bytes. A folder gives a key for each file in it: the prefix and the way to the file, with its bytes. The whole file is checked before anything is written.',
    )
    .argument('<file>', 'or a folder of files')
    .addOption(
      new Option(
        '--prefix <prefix>',
        "what all the keys begin with; '' for nothing, and no slash either",
      ).makeOptionMandatory(),
    )
    .addOption(new Option('--raw', "the file's bytes under one key"))
    .addOption(
      new Option('--format <format>', "told by the file's name if not given").choices(importFormats).conflicts('raw'),
    );
  addStoreOptions(command).action((file: string) => importFile(command, file));
  addExamples(command, [
    ['quorate import compose.yml --prefix /app', '/app/services/web/image and so on'],
    ['quorate import .env --prefix /app/env', '/app/env/PORT and so on'],
    ['quorate import deploy.yaml --prefix /k8s', '/k8s/0/metadata/labels/app.kubernetes.io%2Fname and so on'],
    ['quorate import config.d --prefix /files', '/files/app/logo.png and so on, byte for byte'],
    ["quorate import .env --prefix ''", 'PORT and so on'],
    ['quorate import deploy.yaml --prefix /files --raw', '/files/deploy.yaml, byte for byte'],
  ]);
}

async function importFile(command: Command, name: string): Promise<void> {
  const flags = command.opts<ImportFlags>();
  const entries = await entriesOf(name, flags);
  // The prefix too is a part of every key, and may hold what no key may.
  for (const { key, value } of entries) {
    checkKey(key);
    checkValue(value);
  }

  const write = async (store: Store): Promise<void> => {
    const progress = new Progress(entries.length, 'keys');
    try {
      await putAll(store, entries, (written) => progress.show(written));
    } finally {
      progress.end();
    }
  };
  // Of many writes, in their order, none is to be left in doubt for a change of leaders.
  await withStore(command, write, { sessions: entries.length > 1 });
  await writeLine(`${entries.length} ${entries.length === 1 ? 'key' : 'keys'} written`);
}

async function entriesOf(name: string, { prefix, raw, format }: ImportFlags): Promise<readonly ImportEntry[]> {
  if (await isFolder(name)) {
    if (format !== undefined || raw === true)
      throw new UsageError(`${name} is a folder: its files are taken as they are`);
    return folderEntries(name, { prefix, limits });
  }
  const file = { name, bytes: await readInputFile(name) };
  return raw === true ? [rawEntry(file, { prefix, limits })] : leafEntries(file, { prefix, format, limits });
}
