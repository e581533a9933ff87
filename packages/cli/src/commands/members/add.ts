import { type Command, Option } from 'commander';
import { addExamples } from '../examples.ts';
import { addChangeOptions, change, idsArgument } from './change.ts';

/** `quorate members add`: machines that are to come. */
export function addAdd(members: Command): void {
  const command = members
    .command('add')
    .summary('add machines, as learners')
    .description(
      'Adds nodes that run and are in no cluster, and prints the index of the new configuration. They get the log, and have no vote until they are promoted.',
    )
    .addArgument(idsArgument('the ids of the nodes'))
    .addOption(new Option('--promote', 'give each a vote as soon as it has caught up'));
  addChangeOptions(command).action(async (ids: readonly string[]) => {
    const { promote = false } = command.opts<{ readonly promote?: boolean }>();
    await change(command, { add: ids.map((id) => ({ id, promote })) });
  });
  addExamples(command, [
    ['quorate members add n4', 'a learner'],
    ['quorate members add n4 n5 --promote', 'from three voters to five'],
  ]);
}
