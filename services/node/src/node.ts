import { setTimeout as after } from 'node:timers/promises';
import { type GroupId, groupId, type NodeId } from '@quorate/actor';
import { type DataFolder, type FolderSizes, folderSizes, isDiskFull, openDataFolder } from '@quorate/lmdb-storage';
import { DropCounter } from '@quorate/nats-bus';
import { RediallingConnection } from '@quorate/nats-connection';
import { type Configuration, configurationOf, type FormationRecord, type Logger, type Parting } from '@quorate/raft';
import { createLoggers, type Telemetry } from '@quorate/telemetry';
import {
  type ApiReply,
  type ApiRequest,
  decodeFormationRecord,
  type Endpoint,
  encodeHello,
  encodeStagedSnapshot,
  encodeStages,
  encodeStatus,
  encodeTapped,
  NodeSpent,
  Overloaded,
  type ReadEndpoint,
  type StagedSnapshot,
  StateParted,
  snapshotStageBody,
  stagesBody,
  tapBody,
  Unformed,
  type WriteEndpoint,
} from '@quorate/wire';
import type { NatsConnection } from 'nats';
import { Endpoints } from './api/endpoints.ts';
import { emptyStatus, GroupRequests, type NodeFacts } from './api/group-requests.ts';
import type { SnapshotRequests } from './api/snapshot-requests.ts';
import { CommittedMembers, isRemovedFrom } from './committed-members.ts';
import { DiskGauge } from './disk-space/disk-gauge.ts';
import { Formation } from './formation.ts';
import { Group } from './group.ts';
import { handOver } from './hand-over.ts';
import type { NodeObservation, Observable } from './observation/node-observation.ts';
import { PayloadLimitTooLow, payloadStatus } from './payload-limit.ts';
import { checkTimes, identityOf, type NodeSettings } from './settings.ts';
import { quorateVersion } from './version.ts';
import type { WatchDesk } from './watch/watch-desk.ts';

/** What a node is started with, beside its settings. */
export interface NodeOptions {
  readonly telemetry: Telemetry;
  /** Told of each damage that was found when the data folder was opened. It must not throw. */
  readonly onDamage: (finding: string) => void;
  /** The node cannot go on. Told once. With a `CorruptRecord` it has ended its part of the group by then, and another start repairs what is damaged; with a `PayloadLimitTooLow` it has not begun. */
  readonly onFatal: (error: unknown) => void;
  /** The state of this node has parted from those of the others: it serves nobody until it is started again. Told once. */
  readonly onParted: () => void;
  /** What was damaged in the log is mended, or left to the leader: another start begins with that. Told once. */
  readonly onMended: () => void;
}

interface Parts extends NodeOptions {
  readonly settings: NodeSettings;
  readonly folder: DataFolder;
  readonly diskGauge: DiskGauge;
  readonly loggerOf: (actor: string) => Logger;
}

/** Nodes are few, and come back to a NATS server that was restarted close together: within the election timeout that each grants the others then. */
const longestRedialMs = 100;

/** So often it is said that NATS cannot be reached. */
const dialFailureEveryMs = 1_000;

/** How often the room on the disk is looked at. */
const diskLookEveryMs = 2_000;

/** So often the state is compared with those of the others. */
const stateCheckEveryMs = 1_000;

/** So long, in election timeouts, a node that was removed is heard, as long as its leader goes on telling it. */
const farewellElectionTimeouts = 10;

/** One node of a cluster: its data folder, its connection to NATS, and its part of a group once it is in a cluster. */
export class Node implements Observable {
  readonly #parts: Parts;
  readonly #logger: Logger;
  readonly #group: GroupId;
  readonly #drops: DropCounter;
  readonly #connection: RediallingConnection;
  readonly #formation: Formation;
  #member: { readonly group: Group; readonly requests: GroupRequests } | null = null;
  #endpoints: Promise<Endpoints> | null = null;
  readonly #members: CommittedMembers;
  readonly #diskTimer: NodeJS.Timeout;
  readonly #stateTimer: NodeJS.Timeout;
  /** How the state of this node has parted from those of the others; it serves nobody since. */
  #parting: Parting | null = null;
  /** Resolves when the group has ended whose state parted. */
  #ending: Promise<void> | null = null;
  #dialFailureToldAtMs = Number.NEGATIVE_INFINITY;
  #isRemoved = false;
  #isStopping = false;
  /** It cannot go on. */
  #hasFailed = false;
  /** Its log has no holes any more, and is to be opened anew: what this node began with was read from one that had. */
  #isMended = false;

  /**
   * Opens the data folder and begins. NATS may be away: the node keeps trying.
   * @throws {InvalidName | InvalidSetting | DataFolderError | CorruptRecord} before anything has begun
   */
  static async start(settings: NodeSettings, options: NodeOptions): Promise<Node> {
    checkTimes(settings);
    const identity = identityOf(settings);
    const { cluster, node } = identity;
    const folder = await openDataFolder({ path: settings.dataDir, nodeId: node, clusterName: cluster });
    const group = groupId(settings.group);
    const currentTerm = (): number => folder.currentTerm(group);
    const { metrics, logsAsOtlp: asOtlp } = options.telemetry;
    const logged = createLoggers(identity, { level: settings.logLevel, currentTerm, asOtlp });
    const loggerOf = metrics === null ? logged : (actor: string) => metrics.log.metered(logged(actor));
    try {
      const diskGauge = new DiskGauge({
        path: folder.path,
        minFreeBytes: settings.minFreeDiskBytes,
        logger: loggerOf('diskAlarm'),
      });
      await diskGauge.look();
      return new Node({ ...options, settings, folder, diskGauge, loggerOf });
    } catch (error) {
      await folder.close();
      throw error;
    }
  }

  private constructor(parts: Parts) {
    this.#parts = parts;
    const { settings, folder } = parts;
    this.#group = groupId(settings.group);
    this.#logger = parts.loggerOf('node');
    this.#drops = new DropCounter(parts.loggerOf('bus'), () => performance.now());
    const farewellMs = farewellElectionTimeouts * settings.electionTimeoutMaxMs;
    this.#members = new CommittedMembers({ now: () => performance.now(), farewellMs });
    this.#connection = new RediallingConnection(
      { nats: { name: `quorate ${settings.cluster} ${settings.id}`, ...settings.nats }, longestRedialMs },
      {
        connected: (connection, epoch) => this.#connected(connection, epoch),
        disconnected: (error, epoch) => this.#disconnected(error, epoch),
      },
    );
    this.#logger.info('node started', {
      storageId: folder.storageId,
      incarnation: folder.incarnation,
      data: folder.path,
    });
    if (folder.stateDiscarded === 'notClosed')
      this.#logger.warn('the state was not closed before the machine stopped; it is rebuilt from the log');
    if (folder.stateDiscarded === 'parted')
      this.#logger.warn('the state had parted from those of the others; it is rebuilt from snapshot and log');
    for (const finding of folder.findings) {
      this.#logger.error('found damage on disk', { finding });
      parts.onDamage(finding);
    }
    const { scrubBytesPerSecond: bytesPerSecond } = settings;
    if (bytesPerSecond > 0) {
      const onDamage = (error: Error): void => this.#fail('the scrub found damage', error);
      folder.startScrub({ bytesPerSecond, logger: parts.loggerOf('scrub'), onDamage });
    }
    this.#formation = new Formation({
      folder,
      group: this.#group,
      connection: this.#connection,
      logger: parts.loggerOf('formation'),
      drops: this.#drops,
      onFormed: (record, clusterId) => this.#join(record, clusterId),
      configuration: () => this.#members.configuration,
      onRemoved: () => this.#leave(),
    });
    this.#diskTimer = setInterval(() => void this.#lookAtDisk(), diskLookEveryMs);
    this.#stateTimer = setInterval(() => void this.#member?.group.checkState(), stateCheckEveryMs);
    this.#connection.start();
  }

  /** Ends everything in order: no more requests, no more turns, what was published leaves, the folder is closed. One that has failed, or is to open its log anew, has nothing to hand over and no answers to wait for. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    this.#formation.stop();
    clearInterval(this.#diskTimer);
    clearInterval(this.#stateTimer);
    const { electionTimeoutMaxMs } = this.#parts.settings;
    const isInOffice = !this.#hasFailed && !this.#isMended;
    if (this.#member !== null && isInOffice) await this.#handOver(this.#member.group, electionTimeoutMaxMs);
    // Whoever waits here for something to happen goes to another node.
    this.#member?.group.watches.close();
    const endpoints = await this.#endpoints?.catch(() => null);
    await endpoints?.close().catch(() => {});
    // What was asked before is answered yet, if it takes no longer than that.
    if (isInOffice) await this.#member?.group.desk.idle(electionTimeoutMaxMs);
    await this.#member?.group.stop();
    await this.#ending;
    await this.#connection.close();
    await this.#parts.folder.close();
    this.#logger.info('node stopped');
  }

  async observe(): Promise<NodeObservation> {
    const { connection, epoch: connections } = this.#connection;
    const member = this.#member;
    const own = await member?.requests.ownStatus();
    return {
      phase: this.#phase,
      isConnected: connection !== null,
      connections,
      status: own?.status ?? emptyStatus(this.#facts()),
      hasAnswered: own?.hasAnswered ?? true,
      isStateWhole: member?.group.stateGate.isOpen ?? true,
      comparisons: member?.group.stateCheck.comparisons ?? null,
      queues: member?.group.queues ?? [],
      maxUncommittedBytes: this.#parts.settings.maxUncommittedBytes,
    };
  }

  storageSizes(): Promise<FolderSizes> {
    return folderSizes(this.#parts.folder.path);
  }

  get #phase(): NodeObservation['phase'] {
    if (this.#hasFailed) return 'failed';
    if (this.#isMended) return 'reopening';
    return this.#isStopping ? 'stopping' : 'running';
  }

  /** The node cannot go on. What its group has not said yet is never said. */
  #fail(reason: string, error: unknown): void {
    if (this.#hasFailed) return;
    this.#hasFailed = true;
    const what = isDiskFull(error, this.#parts.folder.path) ? `the disk is full: ${reason}` : reason;
    this.#logger.error(what, { error: error instanceof Error ? (error.stack ?? error.message) : String(error) });
    void this.#member?.group.stop().catch(() => {});
    this.#parts.onFatal(error);
  }

  /** What the group began with was read from a log with holes. */
  #mended(): void {
    if (this.#hasFailed || this.#isMended || this.#isStopping) return;
    this.#isMended = true;
    this.#logger.info('the log is opened anew, for it has no holes any more');
    this.#parts.onMended();
  }

  async #handOver(group: Group, timeoutMs: number): Promise<void> {
    const outcome = await handOver(group.desk, timeoutMs);
    if (outcome.kind === 'handedOver') this.#logger.info('handed leadership over', { leader: outcome.leader });
    if (outcome.kind === 'kept') this.#logger.info('could not hand leadership over', { reason: outcome.reason });
  }

  #join(record: FormationRecord, clusterId: string): void {
    const { settings, folder, loggerOf, telemetry } = this.#parts;
    const group = new Group({
      settings,
      group: this.#group,
      clusterId,
      configuration: configurationOf(record.voters),
      folder,
      connection: this.#connection,
      loggerOf,
      telemetry,
      drops: this.#drops,
      isRemoved: (node) => this.#isSilenced(node),
      configurationCommitted: (configuration) => this.#configurationCommitted(configuration),
      onOdd: (parting) => this.#partWays(parting),
      onFatal: (reason, error) => this.#fail(reason, error),
      onMended: () => this.#mended(),
    });
    this.#member = { group, requests: new GroupRequests(group, () => this.#facts()) };
    this.#tellDiskSpace();
    const { connection, epoch } = this.#connection;
    if (connection !== null) group.listen(connection, epoch);
    void this.#endpoints?.then((endpoints) => endpoints.openForMembers()).catch(() => {});
  }

  async #lookAtDisk(): Promise<void> {
    await this.#parts.diskGauge.look();
    this.#tellDiskSpace();
  }

  #tellDiskSpace(): void {
    const { space } = this.#parts.diskGauge;
    if (space !== null && !this.#isStopping) void this.#member?.group.noteDiskSpace(space);
  }

  #configurationCommitted(configuration: Configuration): void {
    this.#members.committed(configuration);
    // Not within the turn of the actor that tells of it, nor before the group stands.
    setImmediate(() => {
      this.#formation.tellMembers();
      if (isRemovedFrom(configuration, this.#parts.folder.nodeId)) this.#leave();
    });
  }

  /** Whether a node was removed so long ago that nothing of it is to be heard: it may be told once more. */
  #isSilenced(node: NodeId): boolean {
    if (node === this.#parts.folder.nodeId || !this.#members.isSilenced(node)) return false;
    this.#formation.remind();
    return true;
  }

  /** This node is no member any more: it takes no requests, ends what it has, and stays to say so. */
  #leave(): void {
    if (this.#isRemoved || this.#isStopping) return;
    this.#isRemoved = true;
    this.#logger.info('this node was removed from the cluster: its id never comes back, and the process may be ended');
    this.#serveAlone();
    if (this.#member !== null) void this.#endMembership(this.#member.group);
  }

  /** The state of this node is the odd one: nothing is answered from it any more, and nobody may build on it. The process stays, to say so. */
  #partWays(parting: Parting): void {
    const { group } = this.#member ?? {};
    if (group === undefined || this.#parting !== null || this.#isStopping || this.#hasFailed) return;
    this.#parting = parting;
    this.#parts.folder.markStateParted();
    const fields = { firstRevision: parting.revision };
    this.#logger.error('the state of this node has parted from those of the others: it serves nobody', fields);
    this.#parts.onParted();
    this.#member = null;
    this.#ending = group.stop();
    this.#ending.catch((error) => this.#fail('the group could not be ended', error));
    this.#serveAlone();
  }

  /** From now on only what this node is asked by name is answered, to say how it stands. */
  #serveAlone(): void {
    const { connection } = this.#connection;
    const endpoints = this.#endpoints;
    if (connection !== null) this.#serve(connection);
    void endpoints?.then((open) => open.close()).catch(() => {});
  }

  async #endMembership(group: Group): Promise<void> {
    const { electionTimeoutMaxMs } = this.#parts.settings;
    group.retire();
    // A leader commits its own removal, answers for what it has, and hands its office over.
    await after(electionTimeoutMaxMs, undefined, { ref: false });
    await group.desk.idle(electionTimeoutMaxMs);
    this.#member = null;
    await group.stop();
  }

  #connected(connection: NatsConnection, epoch: number): void {
    const server = connection.getServer();
    this.#logger.info('connected to NATS', { server, epoch });
    const payload = payloadStatus(connection.info?.max_payload);
    const tooLow = payload?.isLow === true ? new PayloadLimitTooLow({ ...payload, server }) : null;
    // Whoever starts the node is there to hear of it.
    if (tooLow !== null && epoch === 1) return this.#fail('the node does not begin on this NATS server', tooLow);
    this.#formation.listen(connection);
    this.#member?.group.listen(connection, epoch);
    this.#serve(connection);
    if (tooLow !== null) this.#standBack(tooLow);
  }

  /**
   * A follower gets on well, for what it sends is short. A leader would send the same long batch for ever and commit nothing, and its heartbeats, which are
   * short, keep the others from choosing another.
   */
  #standBack(tooLow: PayloadLimitTooLow): void {
    this.#logger.error('the NATS server does not take the longest messages between nodes', { error: tooLow.message });
    if (this.#member !== null) void this.#handOver(this.#member.group, this.#parts.settings.electionTimeoutMaxMs);
  }

  #disconnected(error: Error | null, epoch: number | null): void {
    const reason = error?.message ?? null;
    if (epoch !== null) {
      this.#logger.warn('lost the connection to NATS', { reason, epoch });
      this.#member?.group.disconnected();
      return;
    }
    if (performance.now() - this.#dialFailureToldAtMs < dialFailureEveryMs) return;
    this.#dialFailureToldAtMs = performance.now();
    this.#logger.warn('could not connect to NATS', { reason });
  }

  #serve(connection: NatsConnection): void {
    const { folder, loggerOf } = this.#parts;
    this.#endpoints = Endpoints.open(
      {
        cluster: folder.clusterName,
        group: this.#group,
        node: folder.nodeId,
        clusterId: () => this.#formation.clusterId,
        logger: loggerOf('api'),
        answer: (endpoint, request, traceparent) => this.#answer(endpoint, request, traceparent),
        meter: this.#parts.telemetry.metrics?.requests ?? null,
      },
      connection,
    ).then((endpoints) => {
      if (this.#member !== null && !this.#isRemoved) endpoints.openForMembers();
      return endpoints;
    });
    this.#endpoints.catch((error) => this.#logger.warn('could not open the endpoints', { error: String(error) }));
  }

  /** What it throws at once is the answer as well: reads and writes come by the ten thousand in a second, and go on without a promise of this method's own. */
  #answer(endpoint: Endpoint, request: ApiRequest, traceparent: string | null): Promise<ApiReply> {
    switch (endpoint) {
      case 'put':
      case 'delete':
      case 'txn':
      case 'compact':
      case 'set-retention':
      case 'session':
      case 'lease':
      case 'quota':
      case 'schema':
        return this.#requests().write(endpoint, request, traceparent);
      case 'get':
      case 'list':
      case 'history':
      case 'retention':
      case 'leases':
      case 'quotas':
      case 'schemas':
        return this.#requests().read(endpoint, request, traceparent);
      default:
        return this.#answerOther(endpoint, request);
    }
  }

  async #answerOther(
    endpoint: Exclude<Endpoint, ReadEndpoint | WriteEndpoint>,
    request: ApiRequest,
  ): Promise<ApiReply> {
    switch (endpoint) {
      case 'hello':
        return this.#hello();
      case 'form':
        await this.#formation.accept(decodeFormationRecord(request.body));
        return this.#hello();
      case 'status':
        if (this.#member === null) return { kind: 'ok', body: encodeStatus(emptyStatus(this.#facts())), leader: null };
        return this.#member.requests.status(request);
      case 'entries':
        return this.#requests().entries(request);
      case 'watch':
        return this.#watches().answer(request);
      case 'members':
        return this.#requests().members(request);
      case 'transfer':
        return this.#requests().transfer(request);
      case 'snapshot':
        return this.#snapshots().take(request);
      case 'snapshot-read':
        return this.#snapshots().read(request);
      case 'tap':
        return this.#tap(request);
      case 'stages':
        return this.#stages(request);
      case 'snapshot-stage':
        return { kind: 'ok', body: encodeStagedSnapshot(await this.#stage(request)), leader: null };
      default:
        return endpoint satisfies never;
    }
  }

  /** @throws {Unformed | NodeSpent} in a node that is in no cluster, or no longer */
  #requests(): GroupRequests {
    const node = this.#parts.folder.nodeId;
    if (this.#isRemoved) throw new NodeSpent({ node }, `node ${node} was removed from the cluster`);
    if (this.#parting !== null) throw new StateParted({ node, revision: String(this.#parting.revision) });
    if (this.#member !== null) return this.#member.requests;
    throw this.#formation.state === 'spent' ? new NodeSpent({ node }) : new Unformed({ node });
  }

  /** @throws {Unformed | NodeSpent} */
  #snapshots(): SnapshotRequests {
    this.#requests();
    if (this.#member === null) throw new Unformed({ node: this.#parts.folder.nodeId });
    return this.#member.group.snapshots;
  }

  /** Shows what an actor is told, for a while. @throws {Unformed | NodeSpent | InvalidRequest | Overloaded} */
  #tap(request: ApiRequest): ApiReply {
    this.#requests();
    const { actor } = tapBody(request.body);
    if (this.#member?.group.tap.open(actor) !== true) throw new Overloaded('so many actors are shown already');
    return { kind: 'ok', body: encodeTapped(), leader: null };
  }

  /** Where the time of writes went, as far as this node remembers. @throws {Unformed | NodeSpent | InvalidRequest} */
  #stages(request: ApiRequest): ApiReply {
    this.#requests();
    const { indexes, slowest } = stagesBody(request.body);
    const { stages } = this.#parts.telemetry;
    const asked = indexes.flatMap((index) => stages?.find(index) ?? []);
    const nowMs = performance.now();
    const writes = [...asked, ...(stages?.slowest(slowest, nowMs) ?? [])];
    const { nodeId: node } = this.#parts.folder;
    return { kind: 'ok', body: encodeStages({ node, nowMs, writes }), leader: null };
  }

  /** @throws {Unformed | NodeSpent} */
  #watches(): WatchDesk {
    this.#requests();
    if (this.#member === null) throw new Unformed({ node: this.#parts.folder.nodeId });
    return this.#member.group.watches;
  }

  /** What this node, which is in no cluster, is to be restored from. @throws {FormationRefused | SnapshotProblem} */
  #stage(request: ApiRequest): Promise<StagedSnapshot> {
    return this.#formation.stage(snapshotStageBody(request.body));
  }

  #hello(): ApiReply {
    const { id, storageId, version, formation, clusterId } = this.#facts();
    return { kind: 'ok', body: encodeHello({ id, storageId, version, formation, clusterId }), leader: null };
  }

  #facts(): NodeFacts {
    const { folder } = this.#parts;
    return {
      id: folder.nodeId,
      pid: process.pid,
      storageId: folder.storageId,
      version: quorateVersion,
      formation: this.#formation.state,
      clusterId: this.#formation.clusterId,
      dropped: this.#drops.counts,
      disk: this.#parts.diskGauge.space,
      payload: payloadStatus(this.#connection.connection?.info?.max_payload),
      partings: this.#parting === null ? (this.#member?.group.stateCheck.partings ?? []) : [this.#parting],
      isRemoved: this.#isRemoved,
    };
  }
}
