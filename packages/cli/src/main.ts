import { outcomeOf } from './command-outcome.ts';
import { dropUnset } from './options/environment.ts';
import { say, watchOutput } from './output/output.ts';
import { createProgram } from './program.ts';

watchOutput();
dropUnset(process.env);
try {
  await createProgram().parseAsync(process.argv);
} catch (error) {
  const { exitCode, line } = outcomeOf(error);
  if (line !== null) say(line);
  if (process.env.QUORATE_DEBUG !== undefined) console.error(error);
  process.exitCode = exitCode;
}
