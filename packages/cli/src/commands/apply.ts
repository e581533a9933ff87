import { checkKey, checkValue, MAX_KEY_BYTES, MAX_VALUE_BYTES } from '@quorate/config-store';
import { type Command, Option } from 'commander';
import { planSummary, planText } from '../changes/change-text.ts';
import { makeChanges } from '../changes/make-changes.ts';
import { planChanges, readKeys } from '../changes/planned-change.ts';
import { folderEntries } from '../import/folder-entries.ts';
import { type ImportEntry, leafEntries } from '../import/import-entries.ts';
import { type ImportFormat, importFormats } from '../import/import-format.ts';
import { say, write, writeLine } from '../output/output.ts';
import { isFolder, readInputFile } from '../read-input-file.ts';
import { addStoreOptions, withStore } from '../with-store.ts';
import { addExamples } from './examples.ts';

interface ApplyFlags {
  readonly prefix: string;
  readonly format?: ImportFormat;
  readonly prune?: boolean;
  readonly dryRun?: boolean;
  readonly exitCode?: boolean;
}

const limits = { maxKeyBytes: MAX_KEY_BYTES, maxValueBytes: MAX_VALUE_BYTES };

/** `quorate apply`: what stands in a file holds, by one transaction. */
export function addApply(program: Command): void {
  const command = program
    .command('apply')
    .summary('make what a file says so, in one transaction')
    .description(
      'Shows how the keys of a file (those that import would write) differ from what the store has, and makes them so in one transaction, unless somebody has written one of them meanwhile. What is as it should be is not written again. With --prune keys under the prefix that the file does not have go.',
    )
    .argument('<file>', 'JSON, YAML or .env, or a folder of files')
    .addOption(new Option('--prefix <prefix>', "what all the keys begin with; '' for nothing").makeOptionMandatory())
    .addOption(new Option('--format <format>', "told by the file's name if not given").choices(importFormats))
    .addOption(new Option('--prune', 'delete what is under the prefix, and not in the file'))
    .addOption(new Option('--dry-run', 'show what would change, and write nothing'))
    .addOption(new Option('--exit-code', 'with --dry-run: end with 1 if something would change'));
  addStoreOptions(command).action((file: string) => apply(command, file));
  addExamples(command, [
    ['quorate apply app.yaml --prefix /app --dry-run', 'what would change'],
    ['quorate apply app.yaml --prefix /app', 'make it so'],
    ['quorate apply app.yaml --prefix /app --prune', 'and nothing else'],
  ]);
}

async function apply(command: Command, name: string): Promise<void> {
  const flags = command.opts<ApplyFlags>();
  const entries = await entriesOf(name, flags);
  for (const { key, value } of entries) {
    checkKey(key);
    checkValue(value);
  }
  const { prefix } = flags;
  // As the keys of the file do, what is pruned begins with the prefix and a slash.
  const folder = prefix === '' || prefix.endsWith('/') ? prefix : `${prefix}/`;
  await withStore(command, async (store) => {
    const { entries: current } = await readKeys(store, flags.prune === true ? folder : prefix);
    const typeOf = (key: string): string | null => current.get(key)?.contentType ?? null;
    const wanted = new Map(entries.map(({ key, value }) => [key, { value, contentType: typeOf(key) }]));
    const changes = planChanges(current, wanted, { prunes: flags.prune === true });
    if (changes.length === 0) return say('quorate: all is as it should be');
    await write(planText(changes));
    say(planSummary(changes));
    if (flags.dryRun === true) process.exitCode = flags.exitCode === true ? 1 : 0;
    else await writeLine(String(await makeChanges(store, changes)));
  });
}

async function entriesOf(name: string, { prefix, format }: ApplyFlags): Promise<readonly ImportEntry[]> {
  if (await isFolder(name)) return folderEntries(name, { prefix, limits });
  return leafEntries({ name, bytes: await readInputFile(name) }, { prefix, format, limits });
}
