import type { Command } from 'commander';

/** Shows examples below a command's help: each a command line, and what it does. */
export function addExamples(command: Command, examples: readonly (readonly [line: string, what: string])[]): void {
  const width = Math.max(...examples.map(([line]) => line.length));
  const lines = examples.map(([line, what]) => `  $ ${line.padEnd(width)}  # ${what}`);
  command.addHelpText('after', `\nExamples:\n${lines.join('\n')}`);
}
