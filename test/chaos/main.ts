import { constants } from 'node:os';
import { type ChaosOptions, InvalidOptions, parseOptions, usage } from './options.ts';
import { describeResult, ProgressLine } from './report.ts';
import { runChaos } from './run-chaos.ts';

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * Runs the command. The answer is the exit code: 0 if every promise was kept, 1 if not, 2 if it could not be tried, and
 * 128 + its number for a signal.
 */
export async function main(args: readonly string[]): Promise<number> {
  let options: ChaosOptions;
  try {
    options = parseOptions(args);
  } catch (error) {
    if (!(error instanceof InvalidOptions)) throw error;
    console.error(`${error.message}\n${usage}`);
    return 2;
  }
  const { seed, nodes, minutes } = options;
  console.log(`npm run chaos -- --minutes ${minutes} --nodes ${nodes} --seed ${seed}`);
  return run(options);
}

async function run(options: ChaosOptions): Promise<number> {
  const interruption = new AbortController();
  let interruptedBy: (typeof signals)[number] | null = null;
  const interrupt = (signal: (typeof signals)[number]): void => {
    interruptedBy = signal;
    interruption.abort();
  };
  for (const signal of signals) process.on(signal, interrupt);
  const progress = new ProgressLine(process.stderr);
  try {
    const result = await runChaos(options, {
      signal: interruption.signal,
      onProgress: (state) => progress.show(state),
    });
    progress.clear();
    console.log(describeResult(result));
    return result.violations.length === 0 ? 0 : 1;
  } catch (error) {
    progress.clear();
    if (interruptedBy !== null) return 128 + constants.signals[interruptedBy];
    console.error(error);
    return 2;
  } finally {
    for (const signal of signals) process.off(signal, interrupt);
  }
}
