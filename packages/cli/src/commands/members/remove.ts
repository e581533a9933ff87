import type { Command } from 'commander';
import { addExamples } from '../examples.ts';
import { addChangeOptions, change, idsArgument } from './change.ts';

/** `quorate members remove`: members that are to go. */
export function addRemove(members: Command): void {
  const command = members
    .command('remove')
    .summary('remove members, for good')
    .description(
      'Removes members, all in one step, and prints the index of the new configuration. Their ids never come back: a machine that returns gets a new one. The leader may be removed too.',
    )
    .addArgument(idsArgument('the ids of the members'));
  addChangeOptions(command).action((ids: readonly string[]) => change(command, { remove: ids }));
  addExamples(command, [['quorate members remove n4 n5', 'from five voters to three']]);
}
