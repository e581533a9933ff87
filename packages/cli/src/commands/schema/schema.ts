import type { Command } from 'commander';
import { addExamples } from '../examples.ts';
import { addHelp } from '../help.ts';
import { addDelete } from './delete.ts';
import { addGet } from './get.ts';
import { addList } from './list.ts';
import { addSet } from './set.ts';

/** `quorate schema`: what the values below a prefix have to be. */
export function addSchema(program: Command): void {
  const command = program
    .command('schema')
    .summary('say by JSON Schema what values below a prefix have to be')
    .description(
      'A value that does not match the JSON Schema of a prefix of its key is refused before anything enters the log, with where and why. All schemas whose prefix a key begins with hold.',
    );
  for (const add of [addList, addGet, addSet, addDelete, addHelp]) add(command);
  addExamples(command, [
    ['quorate schema set /app/ports/ ports.json', 'all that is there has to match already'],
    ['quorate schema', 'all that there are'],
    ['quorate schema get /app/ports/', 'as JSON'],
    ['quorate schema delete /app/ports/', 'any value again'],
  ]);
}
