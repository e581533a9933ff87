import { constants } from 'node:os';
import { comparison } from './comparison/comparison.ts';
import { endurance } from './endurance.ts';
import type { Measurement, Run } from './measurement.ts';
import { memory } from './memory.ts';
import { InvalidOptions } from './options.ts';
import { restart } from './restart.ts';
import { rolling } from './rolling.ts';
import { watchers } from './watchers.ts';

const measurements: readonly Measurement[] = [comparison, restart, endurance, rolling, memory, watchers];
const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Runs the measurement that is named first. The answer is the exit code: 0, 1 if what it is to show does not hold, 2 if it could not be made, and 128 + its number for a signal. */
export async function main([name, ...args]: readonly string[]): Promise<number> {
  const measurement = measurements.find((one) => one.name === name);
  if (measurement === undefined) {
    console.error(`what is to be measured: ${measurements.map((one) => one.name).join(', ')}?`);
    return 2;
  }
  const ends: (() => Promise<void>)[] = [];
  const interruption = new AbortController();
  const run: Run = {
    signal: interruption.signal,
    onEnd: (end) => void ends.push(end),
    progress: (text) => {
      if (process.stderr.isTTY) process.stderr.write(`\r\u001b[2K${text}`);
    },
    say: (line) => {
      run.progress('');
      console.log(line);
    },
  };
  let interrupt: (signal: NodeJS.Signals) => void = () => {};
  const interrupted = new Promise<number>((resolve) => {
    interrupt = (signal) => {
      interruption.abort(new Error('interrupted'));
      resolve(128 + constants.signals[signal]);
    };
  });
  for (const signal of signals) process.on(signal, interrupt);
  try {
    return await Promise.race([measurement.measure(args, run).then((holds) => (holds ? 0 : 1)), interrupted]);
  } catch (error) {
    run.progress('');
    console.error(error instanceof InvalidOptions ? `${error.message}\n${usageOf(measurement)}` : error);
    return 2;
  } finally {
    run.progress('');
    for (const end of ends.reverse()) await end().catch((error: unknown) => console.error(error));
    for (const signal of signals) process.off(signal, interrupt);
  }
}

function usageOf({ command, defaults }: Measurement): string {
  const options = Object.entries(defaults).map(([option, value]) => `[--${option} ${value}]`);
  return `npm run ${command} -- ${options.join(' ')}`;
}
