import type { Command } from 'commander';
import { addExamples } from '../examples.ts';
import { addHelp } from '../help.ts';
import { addAdd } from './add.ts';
import { addList } from './list.ts';
import { addPromote } from './promote.ts';
import { addRemove } from './remove.ts';
import { addReplace } from './replace.ts';

/** `quorate members`: who the members are, and changing them. */
export function addMembers(program: Command): void {
  const command = program
    .command('members')
    .summary('show or change the members')
    .description(
      'Shows the members, or changes them while the cluster goes on. A machine is added as a learner, which gets the log and has no vote, and is promoted when it has caught up. An id that was removed never comes back.',
    );
  for (const add of [addList, addAdd, addPromote, addRemove, addReplace, addHelp]) add(command);
  addExamples(command, [
    ['quorate members', 'a table; --json as JSON'],
    ['quorate members add n4 --promote', 'a machine more, with a vote as soon as it can'],
    ['quorate members replace n2 n4', 'n4 for n2, which may be gone'],
    ['quorate members remove n5', 'for good'],
  ]);
}
