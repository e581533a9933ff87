import type { NodeSettings } from '@quorate/node';
import { type Command, Option } from 'commander';
import { duration, integer, partOfOne, ratio } from './option-values.ts';

/** What can be tuned of a node: the fields of its settings that have defaults and name nothing. */
export type NodeTuning = Partial<
  Pick<
    NodeSettings,
    | 'localDelivery'
    | 'electionTimeoutMinMs'
    | 'electionTimeoutMaxMs'
    | 'heartbeatIntervalMs'
    | 'leaseMs'
    | 'maxClockDrift'
    | 'maxClockOffsetMs'
    | 'autoRemoveAfterMs'
    | 'maxUncommittedBytes'
    | 'snapshotEntries'
    | 'snapshotLogBytes'
    | 'logTailEntries'
    | 'scrubBytesPerSecond'
    | 'minFreeDiskBytes'
    | 'httpHost'
    | 'httpPort'
    | 'rememberedWrites'
    | 'slowWriteMs'
    | 'tracedHeartbeats'
    | 'logLevel'
  >
>;

/** What the flags come to: durations have their unit in the value. */
type TuningFlags = Omit<NodeTuning, 'autoRemoveAfterMs'> & { readonly autoRemoveAfter?: number };

const logLevels = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'];

/** The flags of `NodeTuning`, for `node` and for `up`, which hands them on. What is not given is the node's own default. */
export function addNodeTuning(command: Command): Command {
  const option = (flags: string, description: string, variable: string) =>
    new Option(flags, description).env(variable).helpGroup('Nodes:');
  const milliseconds = integer(1, 600_000);
  const entries = integer(1, 1_000_000_000);
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
    .addOption(
      option(
        '--lease-ms <ms>',
        "how long a leader's lease lasts, from which it answers reads; 50 by default, 0 for none",
        'QUORATE_LEASE_MS',
      ).argParser(integer(0, 10_000)),
    )
    .addOption(
      option(
        '--max-clock-drift <part>',
        'by how much the clocks of two nodes may run at different speeds; 0.1 by default, which is 10 %',
        'QUORATE_MAX_CLOCK_DRIFT',
      ).argParser(partOfOne),
    )
    .addOption(
      option(
        '--max-clock-offset-ms <ms>',
        'a member whose wall clock is farther than this from the time of the group raises an alarm; 500 by default',
        'QUORATE_MAX_CLOCK_OFFSET_MS',
      ).argParser(integer(1)),
    )
    .addOption(
      option(
        '--auto-remove-after <duration>',
        'the leader removes a voter that has been offline for so long (90s, 10m, 2h or ms), as long as three are left; never by default',
        'QUORATE_AUTO_REMOVE_AFTER',
      ).argParser(duration),
    )
    .addOption(
      option(
        '--max-uncommitted-bytes <bytes>',
        'with so many bytes of writes waiting to be committed, more are refused; 67108864 by default',
        'QUORATE_MAX_UNCOMMITTED_BYTES',
      ).argParser(integer(1, Number.MAX_SAFE_INTEGER)),
    )
    .addOption(
      option(
        '--snapshot-entries <count>',
        'entries from one snapshot to the next; 100000 by default',
        'QUORATE_SNAPSHOT_ENTRIES',
      ).argParser(entries),
    )
    .addOption(
      option(
        '--snapshot-log-bytes <bytes>',
        'bytes of log after which a snapshot is taken earlier; 67108864 by default',
        'QUORATE_SNAPSHOT_LOG_BYTES',
      ).argParser(integer(1, Number.MAX_SAFE_INTEGER)),
    )
    .addOption(
      option(
        '--log-tail-entries <count>',
        "entries before a snapshot's end that the log keeps; 10000 by default",
        'QUORATE_LOG_TAIL_ENTRIES',
      ).argParser(integer(0, 1_000_000_000)),
    )
    .addOption(
      option(
        '--scrub-bytes-per-second <bytes>',
        'how fast the data folder is read again, over and over, to find damage; 1048576 by default, 0 for never',
        'QUORATE_SCRUB_BYTES_PER_SECOND',
      ).argParser(integer(0, Number.MAX_SAFE_INTEGER)),
    )
    .addOption(
      option(
        '--min-free-disk-bytes <bytes>',
        'with less free, writes are refused, deletes are not; 268435456 by default, 0 for never',
        'QUORATE_MIN_FREE_DISK_BYTES',
      ).argParser(integer(0)),
    )
    .addOption(
      option(
        '--http-port <port>',
        'show /metrics, /healthz and /readyz there; nowhere by default, 0 for a free port; of up: n1, and the others on the ports after it',
        'QUORATE_HTTP_PORT',
      ).argParser(integer(0, 65_535)),
    )
    .addOption(
      option(
        '--http-host <address>',
        'the address of this machine for it; 127.0.0.1 by default, 0.0.0.0 for all',
        'QUORATE_HTTP_HOST',
      ),
    )
    .addOption(
      option(
        '--remembered-writes <count>',
        'of how many of the newest writes a node remembers where their time went, for trace and slow; 8192 by default, 0 for none',
        'QUORATE_REMEMBERED_WRITES',
      ).argParser(integer(0, 1_000_000)),
    )
    .addOption(
      option(
        '--slow-write-ms <ms>',
        'a write that takes longer is traced though it is not sampled; by default one that takes ten times as long as is usual',
        'QUORATE_SLOW_WRITE_MS',
      ).argParser(milliseconds),
    )
    .addOption(
      option(
        '--traced-heartbeats <ratio>',
        'which part of the heartbeats may be traced, from 0 to 1; 0.01 by default',
        'QUORATE_TRACED_HEARTBEATS',
      ).argParser(ratio),
    )
    .addOption(option('--log-level <level>', 'info by default', 'QUORATE_LOG_LEVEL').choices(logLevels));
}

/** The tuning that the flags of a command say. */
export function nodeTuning(command: Command): NodeTuning {
  const {
    localDelivery,
    electionTimeoutMinMs,
    electionTimeoutMaxMs,
    heartbeatIntervalMs,
    leaseMs,
    maxClockDrift,
    maxClockOffsetMs,
    autoRemoveAfter: autoRemoveAfterMs,
    maxUncommittedBytes,
    snapshotEntries,
    snapshotLogBytes,
    logTailEntries,
    scrubBytesPerSecond,
    minFreeDiskBytes,
    httpHost,
    httpPort,
    rememberedWrites,
    slowWriteMs,
    tracedHeartbeats,
    logLevel,
  } = command.opts<TuningFlags>();
  return {
    ...(localDelivery === undefined ? {} : { localDelivery }),
    ...(electionTimeoutMinMs === undefined ? {} : { electionTimeoutMinMs }),
    ...(electionTimeoutMaxMs === undefined ? {} : { electionTimeoutMaxMs }),
    ...(heartbeatIntervalMs === undefined ? {} : { heartbeatIntervalMs }),
    ...(leaseMs === undefined ? {} : { leaseMs }),
    ...(maxClockDrift === undefined ? {} : { maxClockDrift }),
    ...(maxClockOffsetMs === undefined ? {} : { maxClockOffsetMs }),
    ...(autoRemoveAfterMs === undefined ? {} : { autoRemoveAfterMs }),
    ...(maxUncommittedBytes === undefined ? {} : { maxUncommittedBytes }),
    ...(snapshotEntries === undefined ? {} : { snapshotEntries }),
    ...(snapshotLogBytes === undefined ? {} : { snapshotLogBytes }),
    ...(logTailEntries === undefined ? {} : { logTailEntries }),
    ...(scrubBytesPerSecond === undefined ? {} : { scrubBytesPerSecond }),
    ...(minFreeDiskBytes === undefined ? {} : { minFreeDiskBytes }),
    ...(httpHost === undefined ? {} : { httpHost }),
    ...(httpPort === undefined ? {} : { httpPort }),
    ...(rememberedWrites === undefined ? {} : { rememberedWrites }),
    ...(slowWriteMs === undefined ? {} : { slowWriteMs }),
    ...(tracedHeartbeats === undefined ? {} : { tracedHeartbeats }),
    ...(logLevel === undefined ? {} : { logLevel }),
  };
}

/** The same, as arguments of the command `node`. */
export function tuningArguments(tuning: NodeTuning): readonly string[] {
  const { autoRemoveAfterMs: autoRemoveAfter, ...others } = tuning;
  const given = Object.entries({ ...others, autoRemoveAfter }).filter(([, value]) => value != null);
  return given.flatMap(([field, value]) => [flagOf(field), String(value)]);
}

const flagOf = (field: string): string => `--${field.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
