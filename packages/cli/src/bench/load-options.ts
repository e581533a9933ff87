import { MAX_VALUE_BYTES } from '@quorate/config-store';
import type { LoadOptions } from '@quorate/load';
import { type Command, Option } from 'commander';
import { integer } from '../options/option-values.ts';
import { jsonOption } from '../options/request-options.ts';

/** What the flags of `addLoadOptions` come to. */
export interface LoadFlags {
  readonly callers: number;
  readonly connections: number;
  readonly size: number;
  readonly keys: number;
  readonly prefix: string;
  readonly seconds: number;
  readonly warmUp: number;
  readonly rate?: number;
  readonly json?: boolean;
}

/** The flags that a load is made from. */
export function addLoadOptions(command: Command): Command {
  const option = (flags: string, description: string, defaultValue: number, min: number, max: number) =>
    command.addOption(new Option(flags, description).default(defaultValue).argParser(integer(min, max)));
  option('--callers <number>', 'how many call at once, each waiting for its answer', 256, 1, 100_000);
  option('--connections <number>', 'how many connections they share', 8, 1, 1_000);
  option('--size <bytes>', 'the size of a value', 256, 0, MAX_VALUE_BYTES);
  option('--keys <number>', 'how many keys, chosen from at random', 10_000, 1, 10_000_000);
  command.addOption(new Option('--prefix <text>', 'what their names begin with').default('/bench/'));
  option('--seconds <number>', 'how long it is measured', 10, 1, 86_400);
  option('--warm-up <seconds>', 'how long it runs before that', 2, 0, 3_600);
  return command
    .addOption(
      new Option(
        '--rate <number>',
        'so many calls are begun in a second, however long they take, and each is timed from when it was due; without it each caller calls again when it has its answer',
      ).argParser(integer(1, 1_000_000)),
    )
    .addOption(jsonOption());
}

/** The same for `runLoad`. */
export const loadTimes = ({
  callers,
  seconds,
  warmUp,
  rate,
}: LoadFlags): Pick<LoadOptions, 'callers' | 'warmUpMs' | 'measuredMs' | 'ratePerSecond'> => ({
  callers,
  warmUpMs: warmUp * 1_000,
  measuredMs: seconds * 1_000,
  ratePerSecond: rate ?? null,
});

/** The same for people and programs who read the result. */
export const loadSettings = ({ callers, connections, size, keys, seconds, warmUp, rate }: LoadFlags) => ({
  callers,
  connections,
  valueBytes: size,
  keys,
  seconds,
  warmUpSeconds: warmUp,
  ratePerSecond: rate ?? null,
});
