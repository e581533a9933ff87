import type { Command } from 'commander';
import { UsageError } from '../command-error.ts';

/** `help`, of a command that has others: the same as their --help. */
export function addHelp(parent: Command): void {
  parent
    .helpCommand(false)
    .command('help')
    .summary("show a command's help")
    .description('Shows the help of a command.')
    .argument('[command...]')
    .action((names: readonly string[]) => helpOf(parent, names));
}

/** Commander's own shows the help of the whole for a command that it does not know, and does not say so. */
function helpOf(parent: Command, names: readonly string[]): never {
  let command = parent;
  for (const name of names) {
    const next = command.commands.find((one) => one.name() === name);
    if (next === undefined) throw new UsageError(`unknown command '${name}'`);
    command = next;
  }
  return command.help();
}
