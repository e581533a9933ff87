import type { GroupId, NodeId, Sender } from '@quorate/actor';
import { ConfigStore, stateHashAt } from '@quorate/config-store';
import type { DataFolder, LmdbSnapshotFiles } from '@quorate/lmdb-storage';
import { type DropCounter, GroupHost, PeerBus } from '@quorate/nats-bus';
import type { RediallingConnection } from '@quorate/nats-connection';
import {
  apiAt,
  applierAt,
  type Configuration,
  defaultRaftSettings,
  diskAlarmAt,
  electionAt,
  gatewayAt,
  type Logger,
  leaderAt,
  logStoreAt,
  type Parting,
  peersOf,
  type RaftSettings,
  StateCheck,
  stageMemoryAt,
  startRaftGroup,
  stateCheckAt,
} from '@quorate/raft';
import type { QueueLength, Telemetry } from '@quorate/telemetry';
import { configStoreCodec, type DiskStatus, tapSubject } from '@quorate/wire';
import type { NatsConnection } from 'nats';
import { GatewayDesk } from './api/gateway-desk.ts';
import { SnapshotRequests } from './api/snapshot-requests.ts';
import { DiskAlarm, type Standing } from './disk-space/disk-alarm.ts';
import { SchemaDesk } from './schemas/schema-desk.ts';
import type { NodeSettings } from './settings.ts';
import { StageMemory } from './stage-memory.ts';
import { StateGate } from './state-gate.ts';
import { NatsStreams } from './streams.ts';
import { Tap } from './tap.ts';
import { WatchDesk } from './watch/watch-desk.ts';

const statusTimeoutMs = 100;

/** What NATS servers take unless they are told otherwise. */
const defaultPayloadBytes = 1024 * 1024;

/** What a node's part of a group is made from. */
export interface GroupOptions {
  readonly settings: NodeSettings;
  readonly group: GroupId;
  readonly clusterId: string;
  readonly configuration: Configuration;
  readonly folder: DataFolder;
  readonly connection: RediallingConnection;
  readonly loggerOf: (actor: string) => Logger;
  readonly telemetry: Telemetry;
  /** Whether nothing of that node is to be heard any more: its removal is final. */
  readonly isRemoved: (node: NodeId) => boolean;
  /** Told of each configuration that is known to be committed, at once of the newest so far. It must not throw. */
  readonly configurationCommitted: (configuration: Configuration) => void;
  /** Counts what the node drops. */
  readonly drops: DropCounter;
  /** The log, some of whose records did not pass their checks, is to be opened anew. */
  readonly onMended: () => void;
  /** The state of this node is the odd one of the group: it is to serve nobody. It must not throw. */
  readonly onOdd: (parting: Parting) => void;
  /** The node cannot go on. */
  readonly onFatal: (reason: string, error: unknown) => void;
}

/** A node's part of one group, running: its actors over its log and state, on the bus. */
export class Group {
  readonly desk: GatewayDesk;
  readonly diskAlarm: DiskAlarm;
  readonly snapshots: SnapshotRequests;
  readonly stateCheck: StateCheck;
  readonly stateGate: StateGate;
  readonly schemaDesk: SchemaDesk;
  readonly tap: Tap;
  readonly watches: WatchDesk;
  readonly #host: GroupHost;
  readonly #bus: PeerBus;
  readonly #snapshotFiles: LmdbSnapshotFiles;
  #isStopped = false;
  readonly #where: { readonly node: NodeId; readonly group: GroupId };

  constructor(options: GroupOptions) {
    const { settings, group, clusterId, configuration, folder, connection, loggerOf, telemetry, onFatal } = options;
    const identity: Sender = { node: folder.nodeId, storageId: folder.storageId, incarnation: folder.incarnation };
    this.#where = { node: folder.nodeId, group };
    const storage = folder.openLog(group);
    const tables = folder.openTables(group);
    this.#snapshotFiles = folder.openSnapshots({
      group,
      clusterId,
      tables,
      logger: loggerOf('snapshotFiles'),
      tell: (answer) => {
        this.#host.tell(applierAt(this.#where), answer);
        if (answer.kind === 'snapshotLoaded') this.watches.changed();
      },
      onFatal: (error) => onFatal('the snapshot files failed', error),
    });
    const stateMachine = new ConfigStore({
      tables,
      codec: configStoreCodec,
      stream: `${settings.cluster}.${group}`,
      changed: () => this.watches.changed(),
    });
    this.watches = new WatchDesk({
      node: folder.nodeId,
      clusterId,
      tables,
      isStateShown: () => this.stateGate.isOpen,
      published: () => connection.flushed(),
      now: () => performance.now(),
      onFailure: (error) => onFatal('the state could not be read for watchers', error),
    });
    this.schemaDesk = new SchemaDesk({ tables, schemas: () => stateMachine.schemas });
    this.stateGate = new StateGate({
      log: storage,
      lastApplied: () => stateMachine.lastApplied,
      isStateDiscarded: folder.stateDiscarded !== null,
    });
    const now = (): number => performance.now();
    const { recorder: stages, roles } = telemetry;
    this.#bus = new PeerBus({
      cluster: folder.clusterName,
      clusterId,
      identity,
      connection,
      logger: loggerOf('bus'),
      tracer: telemetry.rpc,
      isRemoved: options.isRemoved,
      drops: options.drops,
    });
    this.#host = new GroupHost({
      group,
      identity,
      bus: this.#bus,
      storage,
      localDelivery: settings.localDelivery,
      now,
      wallNow: Date.now,
      random: Math.random,
      stages,
      onFailure: (actor, error, watched) => {
        if (watched) loggerOf(actor).error('the actor failed', { error: describe(error) });
        else onFatal(`the ${actor} failed`, error);
      },
      onFlushFailed: (error) => onFatal('a flush failed', error),
    });
    this.tap = new Tap({
      show: (actor, text) => {
        connection.publish(tapSubject(folder.clusterName, group, folder.nodeId, actor), Buffer.from(text));
      },
      watch: (watcher) => this.#host.watch(watcher),
      now,
      wallNow: Date.now,
    });
    const streams = new NatsStreams(connection, { cluster: folder.clusterName, clusterId, group });
    this.desk = new GatewayDesk((question) => this.#host.tell(gatewayAt(this.#where), question));
    this.snapshots = new SnapshotRequests({
      desk: this.desk,
      files: this.#snapshotFiles,
      maxPayloadBytes: () => connection.connection?.info?.max_payload ?? defaultPayloadBytes,
    });
    this.#host.system.start(apiAt(this.#where).actor, () => this.desk);
    this.diskAlarm = new DiskAlarm(loggerOf('diskAlarm'));
    this.#host.system.start(diskAlarmAt(this.#where).actor, () => this.diskAlarm);
    this.stateCheck = new StateCheck({
      node: folder.nodeId,
      newest: () => tables.progress.revision,
      hashAt: (revision) => (tables.isBeingReplaced ? null : stateHashAt(tables, revision)),
      tell: (node, message) => this.#bus.send(stateCheckAt({ node, group }), message),
      logger: loggerOf('stateCheck'),
      onOdd: options.onOdd,
    });
    this.#host.system.start(stateCheckAt(this.#where).actor, () => this.stateCheck);
    const stageMemory = new StageMemory({
      find: (index) => telemetry.stages?.find(index) ?? null,
      tell: (node, message) => this.#bus.send(stageMemoryAt({ node, group }), message),
    });
    this.#host.system.start(stageMemoryAt(this.#where).actor, () => stageMemory);
    telemetry.askPeersBy((peer, index, term) => stageMemory.ask(peer, index, term));
    startRaftGroup(this.#host.system, {
      identity,
      configuration,
      storage,
      stateMachine,
      snapshotFiles: this.#snapshotFiles,
      settings: raftSettingsOf(settings),
      configurationCommitted: options.configurationCommitted,
      mended: options.onMended,
      portsOf: (actor) => ({
        logger: loggerOf(actor),
        tracer: telemetry.commit,
        readTracer: telemetry.reads,
        memberTracer: telemetry.members,
        streams,
        stages,
        roles,
      }),
    });
  }

  /** What waits in it. */
  get queues(): readonly QueueLength[] {
    return [{ queue: 'mailboxes', length: this.#host.waiting, limit: null }, this.watches.queue];
  }

  /** Listens on a new connection. The silence before it said nothing about the leader, nor of the leader's peers. */
  listen(connection: NatsConnection, epoch: number): void {
    this.#bus.listen(connection, epoch);
    this.#host.tell(electionAt(this.#where), { kind: 'busConnected' });
    this.#host.tell(logStoreAt(this.#where), { kind: 'busConnected' });
    this.#host.tell(leaderAt(this.#where), { kind: 'busConnected' });
    this.#dropLease('the connection to NATS is another');
  }

  /** The connection to NATS is gone: nobody is heard any more, and that says nothing of them. */
  disconnected(): void {
    this.#host.tell(leaderAt(this.#where), { kind: 'busLost' });
    this.#dropLease('the connection to NATS was lost');
  }

  /** A lease belongs to one connection: what was promised over another counts for nothing. */
  #dropLease(reason: string): void {
    this.#host.tell(leaderAt(this.#where), { kind: 'dropLease', reason });
  }

  /** This node has so much room: the alarm takes it into account, and the other members are told. */
  async noteDiskSpace(space: DiskStatus): Promise<void> {
    this.diskAlarm.noteSpace(this.#where.node, space);
    const standing = await this.#standing();
    if (standing === null) return;
    this.diskAlarm.noteStanding(standing);
    for (const { id } of peersOf(standing.configuration, this.#where.node)) {
      this.#bus.send(diskAlarmAt({ node: id, group: this.#where.group }), { kind: 'diskSpace', ...space });
    }
  }

  /** It is time to compare the state of this node with those of the others, and to see whether it hears of what happens there. */
  async checkState(): Promise<void> {
    const standing = await this.#standing();
    if (standing === null || this.#isStopped) return;
    this.stateCheck.tick(standing.configuration);
    this.watches.noteLeader(standing.leader !== null);
  }

  /** Null if the actors do not tell. */
  async #standing(): Promise<Standing | null> {
    const timeoutMs = statusTimeoutMs;
    const { answer } = await this.desk.ask((request) => ({ kind: 'readStatus', request, timeoutMs }));
    if (answer.kind !== 'status') return null;
    const election = answer.parts.find((part) => part.actor === 'election');
    const logStore = answer.parts.find((part) => part.actor === 'logStore');
    if (election === undefined || logStore === undefined) return null;
    return { leader: election.leader, configuration: logStore.configuration };
  }

  /** This node is no member any more: whatever waits for a leader is told that there is none. */
  retire(): void {
    const reason = `node ${this.#where.node} is no member of the cluster any more; nothing was written`;
    this.#host.tell(gatewayAt(this.#where), { kind: 'retire', reason });
    this.watches.close();
  }

  /** Ends the actors, after the flush that is under way, and what they asked of the snapshots. Again does nothing. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    this.watches.close();
    await this.#host.stop();
    this.desk.close();
    await this.#snapshotFiles.close();
  }
}

const raftSettingsOf = (settings: NodeSettings): RaftSettings => ({
  ...defaultRaftSettings,
  electionTimeoutMinMs: settings.electionTimeoutMinMs,
  electionTimeoutMaxMs: settings.electionTimeoutMaxMs,
  heartbeatIntervalMs: settings.heartbeatIntervalMs,
  leaseMs: settings.leaseMs,
  maxClockDrift: settings.maxClockDrift,
  maxClockOffsetMs: settings.maxClockOffsetMs,
  autoRemoveAfterMs: settings.autoRemoveAfterMs,
  maxUncommittedBytes: settings.maxUncommittedBytes,
  snapshotEntries: settings.snapshotEntries,
  snapshotLogBytes: settings.snapshotLogBytes,
  logTailEntries: settings.logTailEntries,
});

const describe = (error: unknown): string => (error instanceof Error ? (error.stack ?? error.message) : String(error));
