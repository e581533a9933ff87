import type { NodeSettings } from '@quorate/node';
import { type Command, Option } from 'commander';
import { integer } from './option-values.ts';

/** What can be tuned of a node: the fields of its settings that have defaults and name nothing. */
export type NodeTuning = Partial<
  Pick<
    NodeSettings,
    'localDelivery' | 'electionTimeoutMinMs' | 'electionTimeoutMaxMs' | 'heartbeatIntervalMs' | 'logLevel'
  >
>;

const logLevels = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'];

/** The flags of `NodeTuning`, for `node` and for `up`, which hands them on. What is not given is the node's own default. */
export function addNodeTuning(command: Command): Command {
  const option = (flags: string, description: string, variable: string) =>
    new Option(flags, description).env(variable).helpGroup('Nodes:');
  const milliseconds = integer(1, 600_000);
  return command
    .addOption(
      option(
        '--local-delivery <way>',
        "how actors' messages travel within a node: memory, the default, or nats, slower and seen by all",
        'QUORATE_LOCAL_DELIVERY',
      ).choices(['memory', 'nats']),
    )
    .addOption(
      option(
        '--election-timeout-min-ms <ms>',
        'the shortest election timeout; 150 by default',
        'QUORATE_ELECTION_TIMEOUT_MIN_MS',
      ).argParser(milliseconds),
    )
    .addOption(
      option(
        '--election-timeout-max-ms <ms>',
        'the longest election timeout; 300 by default',
        'QUORATE_ELECTION_TIMEOUT_MAX_MS',
      ).argParser(milliseconds),
    )
    .addOption(
      option(
        '--heartbeat-interval-ms <ms>',
        'how often a leader says that it is there; 50 by default',
        'QUORATE_HEARTBEAT_INTERVAL_MS',
      ).argParser(milliseconds),
    )
    .addOption(option('--log-level <level>', 'info by default', 'QUORATE_LOG_LEVEL').choices(logLevels));
}

/** The tuning that the flags of a command say. */
export function nodeTuning(command: Command): NodeTuning {
  const { localDelivery, electionTimeoutMinMs, electionTimeoutMaxMs, heartbeatIntervalMs, logLevel } =
    command.opts<NodeTuning>();
  return {
    ...(localDelivery === undefined ? {} : { localDelivery }),
    ...(electionTimeoutMinMs === undefined ? {} : { electionTimeoutMinMs }),
    ...(electionTimeoutMaxMs === undefined ? {} : { electionTimeoutMaxMs }),
    ...(heartbeatIntervalMs === undefined ? {} : { heartbeatIntervalMs }),
    ...(logLevel === undefined ? {} : { logLevel }),
  };
}

/** The same, as arguments of the command `node`. */
export function tuningArguments(tuning: NodeTuning): readonly string[] {
  return Object.entries(tuning).flatMap(([field, value]) => [flagOf(field), String(value)]);
}

const flagOf = (field: string): string => `--${field.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
