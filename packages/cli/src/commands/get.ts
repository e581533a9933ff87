import { entryAsReadToJson } from '@quorate/client';
import { checkKey } from '@quorate/config-store';
import type { Command } from 'commander';
import { CommandFailure } from '../command-error.ts';
import { addReadOptions, jsonOption, type ReadFlags, readOptionsOf } from '../options/request-options.ts';
import { write, writeLine } from '../output/output.ts';
import { addStoreOptions, withStore } from '../with-store.ts';
import { addExamples } from './examples.ts';

interface GetFlags extends ReadFlags {
  readonly json?: boolean;
}

/** `quorate get`: the value of a key, as it is. */
export function addGet(program: Command): void {
  const command = program
    .command('get')
    .summary('print the value of a key')
    .description(
      "Prints a key's value. In a pipe it is the value alone, byte for byte. A key that does not exist: exit code 1.",
    )
    .argument('<key>')
    .addOption(jsonOption());
  addStoreOptions(addReadOptions(command)).action((key: string) => get(command, key));
  addExamples(command, [
    ['quorate get /app/db/url', 'the value'],
    ['quorate get /app/logo.png > logo.png', 'the same bytes'],
    ['quorate get /app/db/url --json', 'with its revisions'],
    ['quorate get /app/db/url --revision 41', 'as it was then'],
    ['quorate get /app/db/url --node n2', 'asked of node n2'],
    ['quorate get /app/db/url --node n2 --consistency local', 'as n2 has it, also if nobody leads'],
    ['quorate get /app/db/url --consistency bounded --max-staleness 2s', 'of any node, two seconds old at most'],
    ['quorate get /app/db/url --node n2 --min-revision 41', 'no older than what an earlier answer showed'],
  ]);
}

async function get(command: Command, key: string): Promise<void> {
  const flags = command.opts<GetFlags>();
  checkKey(key);
  await withStore(command, async (store) => {
    const read = await store.read(key, readOptionsOf(flags));
    const { entry } = read;
    if (entry === null) throw new CommandFailure(`${JSON.stringify(key)} does not exist`);
    if (flags.json === true) return writeLine(JSON.stringify(entryAsReadToJson(entry, read)));
    await write(entry.value);
    if (process.stdout.isTTY) await write('\n');
  });
}
