import { ActorSystem, type Address, type GroupId, groupId, type NodeId, nodeId, type Sender } from '@quorate/actor';
import {
  type AppliedEntry,
  apiAt,
  type Configuration,
  defaultRaftSettings,
  type GatewayAnswer,
  gatewayAt,
  type LogEntry,
  type LogIndex,
  logIndex,
  logStoreAt,
  MemoryLogStorage,
  type Ports,
  type RaftSettings,
  type StateMachine,
  silentPorts,
  startRaftGroup,
  type Term,
  term,
} from '../../src/index.ts';

/** A state machine that remembers what it was given: the result of a command is the command. */
export class RecordingStateMachine implements StateMachine {
  readonly applied: LogEntry[] = [];

  get lastApplied(): LogIndex {
    return logIndex(this.applied.length);
  }

  get lastAppliedTerm(): Term {
    return this.applied.at(-1)?.term ?? term(0);
  }

  apply(entries: readonly LogEntry[]): readonly AppliedEntry[] {
    this.applied.push(...entries);
    return entries.map((entry) => ({ entry, result: entry.command, notices: [] }));
  }

  query(query: Uint8Array): Uint8Array {
    return query;
  }
}

/** One message on its way, as a test may look at it. */
export interface Delivery {
  readonly from: Address;
  readonly to: Address;
  readonly message: { readonly kind: string };
}

interface Scheduled {
  readonly atMs: number;
  readonly order: number;
  readonly run: () => void;
}

/** One node: its disk, its state machine, its actors. */
export class TestNode {
  readonly id: NodeId;
  readonly storage = new MemoryLogStorage({ immediate: true });
  readonly stateMachine = new RecordingStateMachine();
  readonly answers = new Map<number, GatewayAnswer>();
  system: ActorSystem | null = null;
  incarnation = 0;

  constructor(id: NodeId) {
    this.id = id;
  }

  get identity(): Sender {
    return { node: this.id, storageId: `disk-of-${this.id}`, incarnation: this.incarnation };
  }
}

/** A cluster in one thread under virtual time: everything real but the bus, the disk and the clock. */
export class TestCluster {
  readonly group: GroupId = groupId('config');
  readonly nodes = new Map<NodeId, TestNode>();
  readonly configuration: Configuration;
  readonly settings: RaftSettings;
  /** Lets a message pass; a test may lose some. */
  passes: (delivery: Delivery) => boolean = () => true;
  nowMs = 0;
  #queue: Scheduled[] = [];
  #order = 0;
  #seed: number;

  constructor(
    ids: readonly string[],
    options: { readonly seed?: number; readonly settings?: Partial<RaftSettings> } = {},
  ) {
    this.#seed = options.seed ?? 1;
    this.settings = { ...defaultRaftSettings, ...options.settings };
    for (const id of ids) this.nodes.set(nodeId(id), new TestNode(nodeId(id)));
    const voters = [...this.nodes.values()].map(({ id, identity }) => ({ id, storageId: identity.storageId }));
    this.configuration = { voters };
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
    const { identity, storage, stateMachine } = node;
    const system: ActorSystem = new ActorSystem(node.id, this.group, {
      identity,
      now: () => this.nowMs,
      random: () => this.random(),
      route: (from, to, message) => this.route({ from, to, message: message as { kind: string } }, identity),
      schedule: (delayMs, fire) => this.at(delayMs, () => node.system === system && fire()),
      failed: (actor, error) => {
        throw new Error(`${id}: ${actor} failed`, { cause: error });
      },
    });
    node.system = system;
    const { configuration, settings } = this;
    startRaftGroup(system, { identity, configuration, storage, stateMachine, settings, portsOf: () => ports });
    system.start(apiAt({ node: node.id, group: this.group }).actor, () => ({
      receive: (message: { request: number; answer: GatewayAnswer }) => {
        node.answers.set(message.request, message.answer);
      },
    }));
  }

  startAll(): void {
    for (const id of this.nodes.keys()) this.start(id);
  }

  /** Ends a node's process: what was not flushed is still in its disk here, as this disk flushes at once. */
  stop(id: string): void {
    const node = this.node(id);
    node.system?.stopAll();
    node.system = null;
  }

  send<Message>(from: string, to: Address<Message>, message: Message & { kind: string }): void {
    const node = this.node(from);
    this.route({ from: gatewayAt({ node: node.id, group: this.group }), to, message }, node.identity);
  }

  route(delivery: Delivery, sender: Sender): void {
    if (!this.passes(delivery)) return;
    const local = delivery.to.node === sender.node;
    const delayMs = local ? 0 : 1;
    const receiver = this.nodes.get(delivery.to.node);
    const system = receiver?.system;
    this.at(delayMs, () => {
      if (receiver === undefined || receiver.system !== system) return;
      receiver.system?.deliver(delivery.to.actor, delivery.message, sender);
      this.#flush(receiver);
    });
  }

  /** Runs until nothing is due before `forMs` from now has passed, or until `until` holds. True if it held. */
  run(forMs: number, until: () => boolean = () => false): boolean {
    const endMs = this.nowMs + forMs;
    for (;;) {
      if (until()) return true;
      const next = this.#queue[0];
      if (next === undefined || next.atMs > endMs) break;
      this.#queue.shift();
      this.nowMs = Math.max(this.nowMs, next.atMs);
      next.run();
    }
    this.nowMs = endMs;
    return until();
  }

  at(delayMs: number, run: () => void): () => void {
    this.#order += 1;
    const scheduled: Scheduled = { atMs: this.nowMs + delayMs, order: this.#order, run };
    const place = this.#queue.findIndex(
      ({ atMs, order }) => atMs > scheduled.atMs || (atMs === scheduled.atMs && order > scheduled.order),
    );
    this.#queue.splice(place === -1 ? this.#queue.length : place, 0, scheduled);
    return () => {
      this.#queue = this.#queue.filter((other) => other !== scheduled);
    };
  }

  /** A small linear congruential generator: the same seed, the same run. */
  random(): number {
    this.#seed = (this.#seed * 1_103_515_245 + 12_345) % 2_147_483_648;
    return this.#seed / 2_147_483_648;
  }

  #flush(node: TestNode): void {
    if (!node.storage.staged) return;
    node.storage.flush((outcome) => {
      if (outcome.kind === 'failed') throw outcome.error;
      const to = logStoreAt({ node: node.id, group: this.group });
      node.system?.deliver(to.actor, { kind: 'flushed', written: outcome.written }, node.identity);
    });
  }

  /** The node whose leader actor runs, if exactly one does. */
  leader(): TestNode | null {
    const leaders = [...this.nodes.values()].filter((node) => node.system?.has('leader'));
    return leaders.length === 1 ? (leaders[0] ?? null) : null;
  }
}
