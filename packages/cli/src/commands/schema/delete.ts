import type { Command } from 'commander';
import { say } from '../../output/output.ts';
import { addStoreOptions, withStore } from '../../with-store.ts';
import { addExamples } from '../examples.ts';

/** `quorate schema delete`: ends a schema. */
export function addDelete(schema: Command): void {
  const command = schema
    .command('delete')
    .summary('end the schema of a prefix')
    .description(
      'Ends the schema of this very prefix: values below it may be anything again, as far as no other has a say.',
    )
    .argument('<prefix>', 'of the schema: "" for that of all keys');
  addStoreOptions(command).action((prefix: string) => remove(command, prefix));
  addExamples(command, [['quorate schema delete /app/ports/', 'any value again']]);
}

async function remove(command: Command, prefix: string): Promise<void> {
  await withStore(command, async (store) => {
    const { deleted } = await store.schemas.delete(prefix);
    say(deleted ? 'quorate: the schema is gone' : 'quorate: there was none');
  });
}
