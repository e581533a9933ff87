import { type ClusterName, clusterName, type GroupId, groupId, type NodeId, nodeId } from '@quorate/actor';
import { defaultRaftSettings } from '@quorate/raft';
import type { ConnectionOptions } from 'nats';

/** All that a node can be told. */
export interface NodeSettings {
  /** Unique in the cluster for ever. */
  readonly id: string;
  readonly cluster: string;
  readonly group: string;
  /** The node's own folder; made if it does not exist. */
  readonly dataDir: string;
  /** Servers and credentials. */
  readonly nats: ConnectionOptions;
  /** How the actors' messages within the node travel. `nats` is slower, and shows every one of them on the bus. */
  readonly localDelivery: 'memory' | 'nats';
  readonly electionTimeoutMinMs: number;
  readonly electionTimeoutMaxMs: number;
  readonly heartbeatIntervalMs: number;
  /** How long a leader's lease lasts without being renewed; 0: no leases, and every linearizable read takes a round of confirmation. */
  readonly leaseMs: number;
  /** By how much the clocks of two nodes may run at different speeds, as a part of one. */
  readonly maxClockDrift: number;
  /** A member whose wall clock is farther than this from the time of the group raises an alarm. */
  readonly maxClockOffsetMs: number;
  /** The leader removes a voter that has been offline for so long, as long as three are left; null: it never does. */
  readonly autoRemoveAfterMs: number | null;
  /** A leader refuses writes while those that wait or are not committed come to so many bytes; a node while those that it has not answered do. */
  readonly maxUncommittedBytes: number;
  /** A snapshot is taken after so many entries, or when so many bytes of them were applied and it is no smaller. */
  readonly snapshotEntries: number;
  readonly snapshotLogBytes: number;
  /** So many entries before a snapshot's end stay in the log. */
  readonly logTailEntries: number;
  /** How fast all that is on disk is read again, over and over, to find damage; 0 for never. */
  readonly scrubBytesPerSecond: number;
  /** With less than this free where its data lies, a node counts as without room for writes; 0 for never. */
  readonly minFreeDiskBytes: number;
  /** Where the node shows its metrics and how it is, by HTTP; a port of null: nowhere, of 0: on a free one. */
  readonly httpHost: string;
  readonly httpPort: number | null;
  /** Of so many of the newest writes the node remembers where their time went; 0: of none. */
  readonly rememberedWrites: number;
  /** A write that takes longer is traced though it is not sampled, where traces are exported; null: one that takes ten times as long as is usual. */
  readonly slowWriteMs: number | null;
  /** Which part of the heartbeats may be traced, from 0 to 1; what is sampled of those is asked as of anything else. */
  readonly tracedHeartbeats: number;
  /** A level of pino's. */
  readonly logLevel: string;
}

/** What ships: all but who the node is, where its data lies, and where NATS is. */
export const defaultNodeSettings: Omit<NodeSettings, 'id' | 'dataDir' | 'nats'> = {
  cluster: 'main',
  group: 'config',
  localDelivery: 'memory',
  electionTimeoutMinMs: defaultRaftSettings.electionTimeoutMinMs,
  electionTimeoutMaxMs: defaultRaftSettings.electionTimeoutMaxMs,
  heartbeatIntervalMs: defaultRaftSettings.heartbeatIntervalMs,
  leaseMs: defaultRaftSettings.leaseMs,
  maxClockDrift: defaultRaftSettings.maxClockDrift,
  maxClockOffsetMs: defaultRaftSettings.maxClockOffsetMs,
  autoRemoveAfterMs: defaultRaftSettings.autoRemoveAfterMs,
  maxUncommittedBytes: defaultRaftSettings.maxUncommittedBytes,
  snapshotEntries: defaultRaftSettings.snapshotEntries,
  snapshotLogBytes: defaultRaftSettings.snapshotLogBytes,
  logTailEntries: defaultRaftSettings.logTailEntries,
  scrubBytesPerSecond: 1024 * 1024,
  // Four times the log after which a snapshot is due at the latest.
  minFreeDiskBytes: 256 * 1024 * 1024,
  httpHost: '127.0.0.1',
  httpPort: null,
  rememberedWrites: 8192,
  slowWriteMs: null,
  tracedHeartbeats: 0.01,
  logLevel: 'info',
};

/** Who a node is by its settings. @throws {InvalidName} */
export function identityOf({ cluster, group, id }: NodeSettings): {
  readonly cluster: ClusterName;
  readonly group: GroupId;
  readonly node: NodeId;
} {
  return { cluster: clusterName(cluster), group: groupId(group), node: nodeId(id) };
}

/** A setting that cannot be used. */
export class InvalidSetting extends Error {
  readonly code = 'InvalidSetting';
  constructor(what: string) {
    super(what);
    this.name = 'InvalidSetting';
  }
}

/** @throws {InvalidSetting} unless the times fit together: heartbeats several times into an election timeout, and a lease into one */
export function checkTimes(settings: NodeSettings): void {
  const { electionTimeoutMinMs: min, electionTimeoutMaxMs: max, heartbeatIntervalMs: heartbeat } = settings;
  for (const [name, value] of Object.entries({ min, max, heartbeat })) {
    if (!Number.isFinite(value) || value <= 0)
      throw new InvalidSetting(`${name} of the timeouts is no positive number: ${value}`);
  }
  if (max <= min) throw new InvalidSetting(`the election timeout must be a range: ${min} to ${max} ms is none`);
  if (heartbeat * 2 > min) {
    throw new InvalidSetting(`heartbeats every ${heartbeat} ms do not fit twice into an election timeout of ${min} ms`);
  }
  const { leaseMs, maxClockDrift, maxClockOffsetMs, autoRemoveAfterMs } = settings;
  if (!(Number.isFinite(leaseMs) && leaseMs >= 0)) throw new InvalidSetting(`leaseMs is no number from 0: ${leaseMs}`);
  // A longer one would keep the others from electing a leader when they are due.
  if (leaseMs > min) throw new InvalidSetting(`a lease of ${leaseMs} ms outlasts an election timeout of ${min} ms`);
  if (!(maxClockDrift >= 0 && maxClockDrift < 1)) {
    throw new InvalidSetting(`maxClockDrift is no number from 0 to below 1: ${maxClockDrift}`);
  }
  if (!(Number.isFinite(maxClockOffsetMs) && maxClockOffsetMs > 0)) {
    throw new InvalidSetting(`maxClockOffsetMs is no positive number: ${maxClockOffsetMs}`);
  }
  if (autoRemoveAfterMs !== null && !(Number.isFinite(autoRemoveAfterMs) && autoRemoveAfterMs > 0)) {
    throw new InvalidSetting(`autoRemoveAfterMs is neither a positive number nor null: ${autoRemoveAfterMs}`);
  }
}
