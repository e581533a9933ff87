import type { Command } from 'commander';
import { addExamples } from '../examples.ts';
import { addHelp } from '../help.ts';
import { addDelete } from './delete.ts';
import { addList } from './list.ts';
import { addSet } from './set.ts';

/** `quorate quota`: how much there may be below a prefix. */
export function addQuota(program: Command): void {
  const command = program
    .command('quota')
    .summary('limit the keys and bytes below a prefix')
    .description(
      'A write that would leave more keys or bytes below a prefix than its quota allows is refused, wherever it comes. All quotas whose prefix a key begins with hold. Deletes always pass.',
    );
  for (const add of [addList, addSet, addDelete, addHelp]) add(command);
  addExamples(command, [
    ['quorate quota set /team-a/ --keys 10000 --bytes 64MiB', 'both'],
    ['quorate quota', 'all that there are, and how much of each is used'],
    ['quorate quota delete /team-a/', 'as much as you like again'],
  ]);
}
