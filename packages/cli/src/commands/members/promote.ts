import type { Command } from 'commander';
import { addExamples } from '../examples.ts';
import { addChangeOptions, change, idsArgument } from './change.ts';

/** `quorate members promote`: learners that are to have a vote. */
export function addPromote(members: Command): void {
  const command = members
    .command('promote')
    .summary('give learners a vote')
    .description(
      'Gives learners that have caught up a vote, all in one step, and prints the index of the new configuration.',
    )
    .addArgument(idsArgument('the ids of the learners'));
  addChangeOptions(command).action((ids: readonly string[]) => change(command, { promote: ids }));
  addExamples(command, [['quorate members promote n4 n5', 'both at once']]);
}
