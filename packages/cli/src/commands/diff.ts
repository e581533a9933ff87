import type { Entry, Store } from '@quorate/client';
import { checkKey } from '@quorate/config-store';
import { type Command, Option } from 'commander';
import { differenceText, type Side } from '../changes/change-text.ts';
import { counter } from '../options/option-values.ts';
import { write } from '../output/output.ts';
import { addStoreOptions, withStore } from '../with-store.ts';
import { addExamples } from './examples.ts';

/** `quorate diff`: what has changed in a key between two revisions. */
export function addDiff(program: Command): void {
  const command = program
    .command('diff')
    .summary('show what has changed in a key')
    .description(
      'Shows the difference between what a key held after one revision and after another, or holds now. Nothing is printed where there is none.',
    )
    .argument('<key>')
    .argument('<revision>', 'the earlier one', counter(1n))
    .argument('[revision]', 'the later one; now, if it is not given', counter(1n))
    .addOption(new Option('--exit-code', 'end with 1 if there is a difference'));
  addStoreOptions(command).action((key: string, from: bigint, to: bigint | undefined) => diff(command, key, from, to));
  addExamples(command, [
    ['quorate diff /app/config.yaml 41', 'since revision 41'],
    ['quorate diff /app/config.yaml 41 57', 'between the two'],
    ['quorate diff /app/db/url 41 --exit-code', '0 if it is what it was'],
  ]);
}

async function diff(command: Command, key: string, from: bigint, to: bigint | undefined): Promise<void> {
  checkKey(key);
  const { exitCode } = command.opts<{ readonly exitCode?: boolean }>();
  await withStore(command, async (store) => {
    const text = differenceText(key, await sideOf(store, key, from), await sideOf(store, key, to));
    await write(text);
    if (text !== '' && exitCode === true) process.exitCode = 1;
  });
}

async function sideOf(store: Store, key: string, revision: bigint | undefined): Promise<Side> {
  const { entry, revision: shown } = await store.read(key, revision === undefined ? {} : { revision });
  return { name: nameOf(entry, revision ?? shown), held: entry };
}

const nameOf = (entry: Entry | null, revision: bigint): string => `revision ${entry?.modRevision ?? revision}`;
