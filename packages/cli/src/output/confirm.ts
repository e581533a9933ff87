import { createInterface } from 'node:readline/promises';
import { CommandFailure, UsageError } from '../command-error.ts';

/**
 * Asks whoever sits at the terminal whether to go on.
 * @throws {CommandFailure} if the answer is not yes
 * @throws {UsageError} if nobody sits there: then `--yes` has to say it
 */
export async function confirm(question: string): Promise<void> {
  if (!process.stdin.isTTY || !process.stderr.isTTY) {
    throw new UsageError('there is nobody to ask whether to go on: --yes says so; nothing was written');
  }
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  // The end of the input is no yes.
  const ended = new Promise<string>((resolve) => terminal.once('close', () => resolve('')));
  try {
    const answer = await Promise.race([terminal.question(`${question} [y/N] `), ended]);
    if (!/^y(es)?$/i.test(answer.trim())) throw new CommandFailure('nothing was written');
  } finally {
    terminal.close();
  }
}
