import { ActorSystem, type Address, type GroupId, groupId, type NodeId, nodeId, type Sender } from '@quorate/actor';
import {
  apiAt,
  type Configuration,
  configurationOf,
  defaultRaftSettings,
  type GatewayAnswer,
  gatewayAt,
  type LogEntry,
  logStoreAt,
  noSnapshotFiles,
  type Ports,
  type RaftSettings,
  silentPorts,
  startRaftGroup,
} from '../../src/index.ts';
import { CrashableLogStorage, type Disk, emptyDisk } from './crashable-log-storage.ts';
import { RecordingStateMachine } from './recording-state-machine.ts';
import { randomOf, Schedule } from './schedule.ts';

/** What is read by whoever says nothing. */
const linearizable = { consistency: 'linearizable', maxStalenessMs: null, minRevision: 0 } as const;

/** One message on its way, as a test may look at it. */
export interface Delivery {
  readonly from: Address;
  readonly to: Address;
  readonly message: { readonly kind: string };
}

/** What a test may set when it makes a cluster. */
export interface ClusterOptions {
  readonly seed?: number;
  readonly settings?: Partial<RaftSettings>;
  /** How long a flush takes; at once if null. */
  readonly flushMs?: (() => number) | null;
  /** Sees each entry that any node applies. */
  readonly onApply?: (node: NodeId, entry: LogEntry) => void;
  readonly onAnswer?: (node: NodeId, request: number, answer: GatewayAnswer) => void;
}

/** One node: its disk, its state machine, its actors. */
export class TestNode {
  readonly id: NodeId;
  readonly answers = new Map<number, GatewayAnswer>();
  storage = new CrashableLogStorage(emptyDisk);
  stateMachine: RecordingStateMachine;
  system: ActorSystem | null = null;
  stages = silentPorts.stages;
  incarnation = 0;
  /** How far its wall clock is ahead of virtual time. */
  wallAheadMs = 0;
  /** What reached a node that is paused, oldest first; null while it runs. */
  backlog: (() => void)[] | null = null;

  constructor(id: NodeId, stateMachine: RecordingStateMachine) {
    this.id = id;
    this.stateMachine = stateMachine;
  }

  get identity(): Sender {
    return { node: this.id, storageId: `disk-of-${this.id}`, incarnation: this.incarnation };
  }
}

/** A cluster in one thread under virtual time: everything real but the bus, the disk and the clock. */
export class TestCluster extends Schedule {
  readonly group: GroupId = groupId('config');
  readonly nodes = new Map<NodeId, TestNode>();
  readonly configuration: Configuration;
  readonly settings: RaftSettings;
  readonly random: () => number;
  /** Lets a message pass; a test may lose some. */
  passes: (delivery: Delivery) => boolean = () => true;
  /** How long each copy of a message takes; there is one, unless a test wants it otherwise. */
  delaysMs: (delivery: Delivery, local: boolean) => readonly number[] = (_, local) => [local ? 0 : 1];
  readonly #options: ClusterOptions;

  constructor(ids: readonly string[], options: ClusterOptions = {}) {
    super();
    this.#options = options;
    this.random = randomOf(options.seed ?? 1);
    this.settings = { ...defaultRaftSettings, ...options.settings };
    for (const id of ids) this.nodes.set(nodeId(id), new TestNode(nodeId(id), this.#freshState(nodeId(id))));
    const voters = [...this.nodes.values()].map(({ id, identity }) => ({ id, storageId: identity.storageId }));
    this.configuration = configurationOf(voters);
  }

  node(id: string): TestNode {
    const node = this.nodes.get(nodeId(id));
    if (node === undefined) throw new Error(`no node ${id}`);
    return node;
  }

  /** Starts a node, anew if it has run before: disk and state machine stay. */
  start(id: string, ports: Ports = silentPorts): void {
    const node = this.node(id);
    node.incarnation += 1;
    node.stages = ports.stages;
    const { identity, storage, stateMachine } = node;
    const { configuration, settings } = this;
    const system: ActorSystem = new ActorSystem(node.id, this.group, {
      identity,
      now: () => this.nowMs,
      wallNow: () => this.nowMs + node.wallAheadMs,
      random: () => this.random(),
      route: (from, to, message) => this.#route({ from, to, message: message as { kind: string } }, identity),
      schedule: (delayMs, fire) => this.at(delayMs, () => this.#turn(node, system, fire)),
      failed: (actor, error) => {
        throw new Error(`${id}: ${actor} failed: ${error}`, { cause: error });
      },
    });
    node.system = system;
    const snapshotFiles = noSnapshotFiles;
    startRaftGroup(system, {
      identity,
      configuration,
      storage,
      stateMachine,
      snapshotFiles,
      settings,
      portsOf: () => ports,
      mended: () => {
        throw new Error('no log has holes here');
      },
    });
    system.start(apiAt({ node: node.id, group: this.group }).actor, () => ({
      receive: ({ request, answer }: { request: number; answer: GatewayAnswer }) => {
        node.answers.set(request, answer);
        this.#options.onAnswer?.(node.id, request, answer);
      },
    }));
  }

  startAll(): void {
    for (const id of this.nodes.keys()) this.start(id);
  }

  /** Ends a node's process. What was staged and not flushed is still there: the disk is the same. */
  stop(id: string): void {
    const node = this.node(id);
    while (node.storage.flushing || node.storage.staged) {
      if (!node.storage.flushing) node.storage.flush(() => {});
      node.storage.completeFlush();
    }
    this.crash(id, true);
  }

  /** Ends a node's process by cutting its power: what was not flushed is gone. */
  crash(id: string, flushArrived = false): void {
    const node = this.node(id);
    node.system?.stopAll();
    node.system = null;
    node.backlog = null;
    node.storage = new CrashableLogStorage(node.storage.crash(flushArrived));
  }

  /** Writes a node's disk before it starts. */
  setDisk(id: string, disk: Disk): void {
    this.node(id).storage = new CrashableLogStorage(disk);
  }

  /** Lets a stopped node begin with an empty state machine, so that it applies its log anew. */
  forgetState(id: string): void {
    const node = this.node(id);
    node.stateMachine = this.#freshState(node.id);
  }

  /** Freezes a node: its messages queue up, its timers are late. */
  pause(id: string): void {
    const node = this.node(id);
    if (node.system !== null) node.backlog ??= [];
  }

  /** Lets a frozen node go on with what reached it meanwhile. */
  resume(id: string): void {
    const node = this.node(id);
    const { backlog } = node;
    node.backlog = null;
    for (const run of backlog ?? []) this.at(0, run);
  }

  /** Hands a message to an actor as if the gateway of `from` had sent it. */
  send<Message>(from: string, to: Address<Message>, message: Message & { kind: string }): void {
    const node = this.node(from);
    this.#route({ from: gatewayAt({ node: node.id, group: this.group }), to, message }, node.identity);
  }

  /** Writes a command through a node, as its api would. */
  write(through: string, request: number, text: string, timeoutMs = 2000): void {
    const to = gatewayAt({ node: this.node(through).id, group: this.group });
    const command = new TextEncoder().encode(text);
    this.send(through, to, { kind: 'write', request, command, timeoutMs, traceparent: null });
  }

  /** Reads through a node, as its api would. */
  read(through: string, request: number, timeoutMs = 2000): void {
    const to = gatewayAt({ node: this.node(through).id, group: this.group });
    this.send(through, to, { kind: 'read', request, query: new Uint8Array(), ...linearizable, timeoutMs });
  }

  /** The node whose leader actor runs, if exactly one does. */
  leader(): TestNode | null {
    const leaders = [...this.nodes.values()].filter((node) => node.system?.has('leader'));
    return leaders.length === 1 ? (leaders[0] ?? null) : null;
  }

  /** Within a node a message dies with its process; between nodes it reaches whatever process runs when it comes. */
  #route(delivery: Delivery, sender: Sender): void {
    if (!this.passes(delivery)) return;
    const receiver = this.nodes.get(delivery.to.node);
    if (receiver === undefined) return;
    const local = receiver.id === sender.node;
    const { system } = receiver;
    for (const delayMs of this.delaysMs(delivery, local)) {
      this.at(delayMs, () => {
        const { actor } = delivery.to;
        this.#turn(receiver, local ? system : receiver.system, () =>
          receiver.system?.deliver(actor, delivery.message, sender),
        );
      });
    }
  }

  /** One step of one node, and the flush that it makes due. */
  #turn(node: TestNode, system: ActorSystem | null, step: () => void): void {
    if (system === null || node.system !== system) return;
    if (node.backlog !== null) {
      node.backlog.push(() => this.#turn(node, system, step));
      return;
    }
    step();
    this.#flush(node);
  }

  #flush(node: TestNode): void {
    const { storage, system, identity, stages } = node;
    if (!storage.staged || storage.flushing) return;
    stages.flushBegan(storage.written, this.nowMs);
    storage.flush((outcome) => {
      if (outcome.kind === 'failed') throw outcome.error;
      stages.flushEnded(outcome.written, this.nowMs);
      const { actor } = logStoreAt({ node: node.id, group: this.group });
      const flushed = { kind: 'flushed', written: outcome.written };
      this.at(0, () => this.#turn(node, system, () => system?.deliver(actor, flushed, identity)));
    });
    const { flushMs } = this.#options;
    if (flushMs == null) storage.completeFlush();
    else this.at(flushMs(), () => storage.completeFlush());
  }

  #freshState(id: NodeId): RecordingStateMachine {
    return new RecordingStateMachine((entry) => this.#options.onApply?.(id, entry));
  }
}
