import { type Command, Option } from 'commander';
import { integer, name } from './option-values.ts';

/** The names that lead to a group of nodes. */
export interface GroupFlags {
  readonly cluster: string;
  readonly group: string;
}

/** `--cluster`. */
export const clusterOption = (): Option =>
  new Option('--cluster <name>', "the cluster's name").env('QUORATE_CLUSTER').default('main').argParser(name);

/** `--cluster` and `--group`. */
export function addGroupOptions(command: Command): Command {
  return command
    .addOption(clusterOption())
    .addOption(
      new Option('--group <name>', 'the group in the cluster').env('QUORATE_GROUP').default('config').argParser(name),
    );
}

/** `--timeout`, how long the command may take, where it is one request. */
export const timeoutOption = (defaultMs = 5_000): Option =>
  new Option('--timeout <ms>', 'how long a request may take, in milliseconds')
    .env('QUORATE_TIMEOUT')
    .default(defaultMs)
    .argParser(integer(1, 600_000));
