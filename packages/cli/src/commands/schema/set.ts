import type { Command } from 'commander';
import { say } from '../../output/output.ts';
import { readDocument } from '../../read-document.ts';
import { addStoreOptions, withStore } from '../../with-store.ts';
import { addExamples } from '../examples.ts';

/** `quorate schema set`: a schema, or another in its place. */
export function addSet(schema: Command): void {
  const command = schema
    .command('set')
    .summary('set the schema of a prefix')
    .description(
      'Sets what the values below a prefix have to be: a JSON Schema (2020-12, or draft-07 if it says so), as JSON or YAML. If some that are there do not match, it is refused with the first of them.',
    )
    .argument('<prefix>', 'what the keys begin with; "" for all keys')
    .argument('<file>', 'the schema; "-" for standard input');
  addStoreOptions(command).action((prefix: string, file: string) => set(command, prefix, file));
  addExamples(command, [
    ['quorate schema set /app/ports/ ports.json', 'from a file'],
    [`echo '{"type":"integer"}' | quorate schema set /app/ports/ -`, 'from standard input'],
  ]);
}

async function set(command: Command, prefix: string, file: string): Promise<void> {
  const schema = await readDocument(file);
  await withStore(command, async (store) => {
    const { schemaRevision } = await store.schemas.set(prefix, JSON.stringify(schema));
    say(`quorate: the schema holds since entry ${schemaRevision}`);
  });
}
