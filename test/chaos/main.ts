import { constants } from 'node:os';
import { InvalidOptions, parseOptions, parseStaleReadsOptions, staleReadsUsage, usage } from './options.ts';
import { describeResult, describeStaleReads, ProgressLine } from './report.ts';
import { runChaos } from './run-chaos.ts';
import { countStaleReads } from './stale-reads.ts';

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** What a run came to. */
interface Outcome {
  readonly text: string;
  readonly holds: boolean;
}

/** Begins a run, or says why the arguments make no sense. */
type Begin = (args: readonly string[]) => {
  readonly title: string;
  readonly run: (signal: AbortSignal, progress: ProgressLine) => Promise<Outcome>;
};

const chaos: Begin = (args) => {
  const options = parseOptions(args);
  const { seed, nodes, minutes } = options;
  return {
    title: `npm run chaos -- --minutes ${minutes} --nodes ${nodes} --seed ${seed}`,
    run: async (signal, progress) => {
      const result = await runChaos(options, { signal, onProgress: (state) => progress.show(state) });
      return { text: describeResult(result), holds: result.violations.length === 0 };
    },
  };
};

const staleReads: Begin = (args) => {
  const options = parseStaleReadsOptions(args);
  const { seed, rounds } = options;
  return {
    title: `npm run chaos:stale-reads -- --rounds ${rounds} --seed ${seed}`,
    run: async (signal, progress) => {
      const onProgress = (round: number, stale: number): void =>
        progress.say(`round ${round} of ${rounds}, ${stale} stale reads`);
      const result = await countStaleReads(options, { signal, onProgress });
      return { text: describeStaleReads(result), holds: result.stale.length === 0 };
    },
  };
};

/**
 * Runs the command that is named first, `stale-reads`, or chaos if none is. The answer is the exit code: 0 if every promise was kept, 1 if
 * not, 2 if it could not be tried, and 128 + its number for a signal.
 */
export async function main(args: readonly string[]): Promise<number> {
  const isStaleReads = args[0] === 'stale-reads';
  const begin = isStaleReads ? staleReads : chaos;
  const use = isStaleReads ? staleReadsUsage : usage;
  if (args.includes('--help') || args.includes('-h')) {
    console.log(use);
    return 0;
  }
  try {
    const { title, run } = begin(isStaleReads ? args.slice(1) : args);
    console.log(title);
    return await untilInterrupted(run);
  } catch (error) {
    if (!(error instanceof InvalidOptions)) throw error;
    console.error(`${error.message}\n${use}`);
    return 2;
  }
}

async function untilInterrupted(run: ReturnType<Begin>['run']): Promise<number> {
  const interruption = new AbortController();
  let interruptedBy: (typeof signals)[number] | null = null;
  const interrupt = (signal: (typeof signals)[number]): void => {
    interruptedBy = signal;
    interruption.abort();
  };
  for (const signal of signals) process.on(signal, interrupt);
  const progress = new ProgressLine(process.stderr);
  try {
    const { text, holds } = await run(interruption.signal, progress);
    progress.clear();
    console.log(text);
    return holds ? 0 : 1;
  } catch (error) {
    progress.clear();
    if (interruptedBy !== null) return 128 + constants.signals[interruptedBy];
    console.error(error);
    return 2;
  } finally {
    for (const signal of signals) process.off(signal, interrupt);
  }
}
