import type { Fence } from '@quorate/client';
import { checkKey } from '@quorate/config-store';
import type { Command } from 'commander';
import {
  fenceOf,
  fenceOption,
  ifRevisionOf,
  ifRevisionOption,
  nodeOf,
  nodeOption,
} from '../options/request-options.ts';
import { say, writeLine } from '../output/output.ts';
import { addStoreOptions, withStore } from '../with-store.ts';
import { addExamples } from './examples.ts';

interface DelFlags {
  readonly node?: string;
  readonly ifRevision?: bigint;
  readonly fence?: Fence;
}

/** `quorate del`: removes a key. */
export function addDel(program: Command): void {
  const command = program
    .command('del')
    .summary('remove a key')
    .description(
      "Removes a key, and prints the store's revision after it. That there was no such key is said, and is no failure.",
    )
    .argument('<key>')
    .addOption(ifRevisionOption())
    .addOption(fenceOption())
    .addOption(nodeOption());
  addStoreOptions(command).action((key: string) => del(command, key));
  addExamples(command, [
    ['quorate del /app/db/url', 'it is gone'],
    ['quorate del /app/db/url --if-revision 7', 'only if nobody changed it since'],
  ]);
}

async function del(command: Command, key: string): Promise<void> {
  const flags = command.opts<DelFlags>();
  checkKey(key);
  await withStore(command, async (store) => {
    const { revision, deleted } = await store.delete(key, {
      ...nodeOf(flags),
      ...ifRevisionOf(flags),
      ...fenceOf(flags),
    });
    if (!deleted) say(`quorate: ${JSON.stringify(key)} did not exist`);
    await writeLine(String(revision));
  });
}
