import { lineOf, outcomeOf } from './command-outcome.ts';
import { dropUnset } from './options/environment.ts';
import { say, watchOutput, writtenAfterwards } from './output/output.ts';
import { createProgram } from './program.ts';

watchOutput();
dropUnset(process.env);
// A process that waits for something that nothing can bring any more ends without a word of its own.
process.once('beforeExit', () => {
  say(lineOf('it ended before it was done: this is a bug'));
  process.exit(1);
});
try {
  await run();
} catch (error) {
  const { exitCode, line } = outcomeOf(error);
  if (line !== null) say(line);
  if (process.env.QUORATE_DEBUG !== undefined) console.error(error);
  process.exitCode = exitCode;
}
// Whatever may still hold the process, such as the last attempts to export traces: the command is done, and all is written.
process.exit();

async function run(): Promise<void> {
  try {
    await createProgram().parseAsync(process.argv);
  } finally {
    await writtenAfterwards();
  }
}
