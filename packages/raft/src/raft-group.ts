import type { ActorSystem, Sender } from '@quorate/actor';
import type { Ports } from './ports.ts';
import { type RaftParts, raftParts } from './raft-parts.ts';
import type { RaftSettings } from './settings.ts';
import { bytesBetween } from './storage/bytes-between.ts';
import type { LogStorage } from './storage/log-storage.ts';
import type { SnapshotFiles } from './storage/snapshot-files.ts';
import type { StateMachine } from './storage/state-machine.ts';
import { timeAt } from './storage/time-at.ts';
import { type Configuration, type LogIndex, logIndex } from './types.ts';

/** What one node's part of a group is made from. */
export interface RaftGroupOptions {
  readonly identity: Sender;
  readonly configuration: Configuration;
  readonly storage: LogStorage;
  readonly stateMachine: StateMachine;
  readonly snapshotFiles: SnapshotFiles;
  readonly settings: RaftSettings;
  /** The ports of each actor, so that its log lines bear its name. */
  readonly portsOf: (actor: string) => Ports;
  /** Told of each configuration that this node knows to be committed, at once of the newest so far. It must not throw. */
  readonly configurationCommitted?: (configuration: Configuration) => void;
  /** Records of the log did not pass their checks, and the log is whole again, or the leader's to fill: stop the group, open the log and start another. It is asked once. */
  readonly mended: () => void;
}

/**
 * Starts the actors of one node's part of a group. The host then routes messages to them, and answers for `api`.
 * @throws {InvariantViolated} if log and state do not fit together
 */
export function startRaftGroup(system: ActorSystem, options: RaftGroupOptions, parts: RaftParts = raftParts): void {
  const { identity, settings, configuration, storage, stateMachine, snapshotFiles: files, portsOf } = options;
  const { lastApplied } = stateMachine;
  const { logger, stages } = portsOf('logStore');
  const { configurationCommitted = () => {} } = options;
  const logStore = { storage, identity, configuration, lastApplied, settings, stages, logger, configurationCommitted };
  const isMending = storage.holes.length > 0;
  const { mended } = options;
  system.start('logStore', (context) =>
    isMending ? new parts.LogMending(context, { ...logStore, mended }) : new parts.LogStore(context, logStore, parts),
  );
  const { logger: applierLogger, streams } = portsOf('applier');
  const snapshots = {
    files,
    newest: storage.snapshot,
    configuration: configurationAt(options, lastApplied),
    time: isMending ? null : timeAt(storage, lastApplied),
    bytesSince: isMending ? 0 : bytesBetween(storage, storage.snapshot?.index ?? logIndex(0), lastApplied),
    isMending,
  };
  system.start(
    'applier',
    (context) =>
      new parts.Applier(context, { stateMachine, settings, streams, stages, logger: applierLogger, snapshots }, parts),
  );
  const { readTracer } = portsOf('gateway');
  system.start('gateway', (context) => new parts.Gateway(context, { identity, settings, stages, readTracer }, parts));
  const { logger: electionLogger, roles } = portsOf('election');
  const { logger: leaderLogger, tracer, memberTracer, streams: leaderStreams } = portsOf('leader');
  const leader = { identity, settings, tracer, stages, memberTracer, streams: leaderStreams, logger: leaderLogger };
  system.start(
    'election',
    (context) => new parts.Election(context, { identity, settings, logger: electionLogger, roles, leader }, parts),
  );
}

/** The members as of the entry at `index`, which the log or its snapshot covers. */
function configurationAt({ storage, configuration }: RaftGroupOptions, index: LogIndex): Configuration {
  const placed = storage.configurations.findLast((one) => one.index <= index);
  return placed?.configuration ?? storage.snapshot?.configuration ?? configuration;
}
