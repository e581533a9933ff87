import { parseArgs } from 'node:util';

/** What a person asked of the simulator. */
export interface CommandOptions {
  readonly firstSeed: number;
  readonly seeds: number;
  /** Null: each seed draws its own. */
  readonly nodes: number | null;
  /** Stop after so much real time; infinity if nothing was said. */
  readonly minutes: number;
  /** On how many threads. */
  readonly jobs: number;
  /** Run each seed twice, and see that both runs were the same. */
  readonly twice: boolean;
  readonly trace: boolean;
  /** Replay a failing seed with the fewest faults that it takes. */
  readonly shrunk: boolean;
}

/** What was asked makes no sense. The message is for people. */
export class InvalidOptions extends Error {
  readonly code = 'InvalidOptions';
  constructor(what: string) {
    super(what);
    this.name = 'InvalidOptions';
  }
}

/** How the command is used. */
export const usage = `npm run sim -- --seeds 1000 [--start N] [--nodes 3|5|7] [--minutes M] [--jobs J] [--twice]
npm run sim -- --seed N [--nodes 3|5|7] [--twice | --trace [--shrunk]]
  --seeds    how many, from --start on (100)
  --start    the first seed (1)
  --nodes    of each cluster (as the seed draws)
  --minutes  stop after so many, whatever --seeds says
  --jobs     on how many threads (1)
  --twice    each seed twice: both runs must be the same
  --seed     one seed alone
  --trace    print everything that happens, a line each
  --shrunk   with the fewest faults with which it still fails`;

/** Whether only that is asked. */
export const wantsHelp = (args: readonly string[]): boolean => args.includes('--help') || args.includes('-h');

/** @throws {InvalidOptions} */
export function parseOptions(args: readonly string[]): CommandOptions {
  const values = valuesOf(args);
  for (const name of ['seeds', 'start', 'minutes', 'jobs'] as const) {
    if (values.seed !== undefined && values[name] !== undefined) {
      throw new InvalidOptions(`--seed is one seed, and --${name} is for many`);
    }
  }
  const nodes = values.nodes === undefined ? null : counter('nodes', values.nodes, 3);
  if (nodes !== null && ![3, 5, 7].includes(nodes)) throw new InvalidOptions('--nodes is 3, 5 or 7');
  if (values.trace === true && values.seed === undefined) throw new InvalidOptions('--trace needs --seed');
  if (values.shrunk === true && values.trace !== true) throw new InvalidOptions('--shrunk needs --trace');
  if (values.trace === true && values.twice === true) throw new InvalidOptions('--trace runs once');
  const minutes = values.minutes === undefined ? Number.POSITIVE_INFINITY : Number(values.minutes);
  if (!(minutes > 0)) throw new InvalidOptions('--minutes is a positive number');
  const jobs = counter('jobs', values.jobs, 1);
  if (jobs < 1) throw new InvalidOptions('--jobs is at least 1');
  const seedsOfAll = values.minutes === undefined ? 100 : Number.MAX_SAFE_INTEGER;
  const seeds = values.seed === undefined ? counter('seeds', values.seeds, seedsOfAll) : 1;
  if (seeds < 1) throw new InvalidOptions('--seeds is at least 1');
  return {
    firstSeed: counter('seed', values.seed ?? values.start, 1),
    seeds,
    nodes,
    minutes,
    jobs,
    twice: values.twice === true,
    trace: values.trace === true,
    shrunk: values.shrunk === true,
  };
}

function valuesOf(args: readonly string[]): {
  readonly [name in 'seeds' | 'start' | 'nodes' | 'minutes' | 'jobs' | 'seed']?: string | undefined;
} & { readonly [name in 'trace' | 'twice' | 'shrunk']?: boolean | undefined } {
  const text = { type: 'string' } as const;
  try {
    const options = {
      seeds: text,
      start: text,
      nodes: text,
      minutes: text,
      jobs: text,
      seed: text,
      trace: { type: 'boolean' },
      twice: { type: 'boolean' },
      shrunk: { type: 'boolean' },
    } as const;
    return parseArgs({ args: [...args], options }).values;
  } catch (error) {
    throw new InvalidOptions(error instanceof Error ? error.message : String(error));
  }
}

function counter(name: string, text: string | undefined, fallback: number): number {
  if (text === undefined) return fallback;
  const value = Number(text);
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(value)) throw new InvalidOptions(`--${name} is a whole number`);
  return value;
}
