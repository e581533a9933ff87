import type { Command } from 'commander';
import { CommandFailure } from '../../command-error.ts';
import { writeLine } from '../../output/output.ts';
import { addStoreOptions, withStore } from '../../with-store.ts';
import { addExamples } from '../examples.ts';

/** `quorate schema get`: a schema as it was set. */
export function addGet(schema: Command): void {
  const command = schema
    .command('get')
    .summary('print the schema of a prefix')
    .description('Prints the schema of this very prefix, as JSON.')
    .argument('<prefix>', 'of the schema: "" for that of all keys');
  addStoreOptions(command).action((prefix: string) => get(command, prefix));
  addExamples(command, [['quorate schema get /app/ports/ > ports.json', 'to be changed and set again']]);
}

async function get(command: Command, prefix: string): Promise<void> {
  await withStore(command, async (store) => {
    const found = await store.schemas.get(prefix);
    if (found === null) throw new CommandFailure(`there is no schema of ${JSON.stringify(prefix)}`);
    await writeLine(JSON.stringify(JSON.parse(found.schema), null, 2));
  });
}
