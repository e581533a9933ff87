import { ActorSystem, type Address, type GroupId, groupId, type NodeId, nodeId, type Sender } from '@quorate/actor';
import {
  type ApiMessage,
  apiAt,
  applierAt,
  type Configuration,
  configurationOf,
  type GatewayMessage,
  type LogEntry,
  logStoreAt,
  type MembershipChange,
  type MemberTracer,
  membersOf,
  type Ports,
  type RaftSettings,
  raftParts,
  silentPorts,
  startRaftGroup,
} from '@quorate/raft';
import type { Plant } from '../bugs/plant.ts';
import { Disk } from '../disk/disk.ts';
import { SimulatedLogStorage } from '../disk/simulated-log-storage.ts';
import { SimulatedSnapshotFiles } from '../disk/simulated-snapshot-files.ts';
import type { FaultCounts } from '../faults/fault-counts.ts';
import type { Network } from '../faults/network.ts';
import type { ClusterView } from '../invariants/cluster-view.ts';
import { Watch } from '../invariants/watch.ts';
import { type ActorMessage, isActorMessage } from './actor-message.ts';
import { EventQueue } from './event-queue.ts';
import { NodeClock } from './node-clock.ts';
import { RandomStream } from './random-stream.ts';
import { SimulatedEvent } from './simulated-event.ts';
import { newProcess, SimulatedNode, type SimulatedProcess } from './simulated-node.ts';
import { simulatedStore } from './simulated-store.ts';
import { TraceHash } from './trace-hash.ts';
import { WatchedStateMachine } from './watched-state-machine.ts';

/** What a cluster is made from. */
export interface ClusterOptions {
  readonly seed: number;
  /** The machines that the group begins with. */
  readonly nodes: number;
  /** Machines beside those, which may become members. */
  readonly spares: number;
  readonly settings: RaftSettings;
  readonly network: Network;
  readonly counts: FaultCounts;
  /** Whether a flush waits until the node's mailboxes are empty, as it does in production, or begins after the step that made it due. */
  readonly isFlushLate: boolean;
  /** Put in the places of the production code's own; empty in a run of the correct code. */
  readonly plant?: Plant;
  readonly onAnswer: (answered: ApiMessage) => void;
  /** Sees each event before it happens. */
  readonly onEvent: ((event: SimulatedEvent) => void) | null;
}

/** So many events without time passing are an endless loop: two actors answer each other for ever. */
const maxEventsAtOneTime = 20_000;

/** What an operator may ask of a node. */
export type OperatorWish =
  | { readonly kind: 'changeMembers'; readonly change: MembershipChange }
  | { readonly kind: 'transfer'; readonly target: NodeId | null };

/** An operator's requests are numbered apart from the clients'. */
const firstOperatorRequest = 1_000_000_000;

/** Kinds of messages that go between clients, host and actors of one node: faults there are not the group's to survive. */
const trusted: ReadonlySet<string> = new Set(['write', 'read', 'changeMembers', 'transfer', 'answered']);

/** The machines of a cluster, their processes, and the one queue of all that happens to them. */
export class SimulatedCluster {
  readonly group: GroupId = groupId('config');
  readonly nodes: readonly SimulatedNode[];
  readonly lostDisks: Disk[] = [];
  readonly watch: Watch = new Watch(this.#view());
  readonly hash = new TraceHash();
  readonly configuration: Configuration;
  readonly settings: RaftSettings;
  events = 0;
  readonly #options: ClusterOptions;
  readonly #plant: Plant;
  readonly #queue = new EventQueue<SimulatedEvent>();
  readonly #byId: ReadonlyMap<string, SimulatedNode>;
  readonly #disks: RandomStream;
  readonly #knownSnapshots = new Map<string, readonly LogEntry[]>();
  readonly #chances: readonly RandomStream[];
  /** What leaders do by themselves, for whoever wants to know how often a run comes to it. */
  readonly #countingTracer: MemberTracer = {
    stageChanged: ({ stage }) => this.#options.counts.add(`a peer is ${stage}`),
    removing: () => {
      this.#options.counts.add('a voter is removed by its leader');
      return null;
    },
  };
  #eventsAtThisTime = 0;
  #operatorRequests = 0;

  constructor(options: ClusterOptions) {
    this.#options = options;
    this.settings = options.settings;
    this.#plant = options.plant ?? {};
    const { disk: PlantedDisk = Disk } = this.#plant;
    this.#disks = new RandomStream(options.seed, 'disks');
    const clocks = new RandomStream(options.seed, 'clocks');
    const drift = clocks.chance(0.5) ? 0.05 : 0;
    this.nodes = Array.from({ length: options.nodes + options.spares }, (_, place) => {
      const clock = new NodeClock(1 + clocks.between(-drift, drift), clocks.between(0, 1e6));
      const disk = new PlantedDisk(`disk-of-n${place + 1}`);
      return new SimulatedNode(nodeId(`n${place + 1}`), place, clock, disk, () => simulatedStore(this.#plant));
    });
    this.#byId = new Map(this.nodes.map((node) => [node.id, node]));
    this.#chances = this.nodes.map(({ id }) => new RandomStream(options.seed, `chance of ${id}`));
    const first = this.nodes.slice(0, options.nodes);
    this.configuration = configurationOf(first.map(({ id, disk }) => ({ id, storageId: disk.storageId })));
  }

  /** Virtual time. */
  get nowUs(): number {
    return this.#queue.nowUs;
  }

  /** The node that leads, as far as it knows; null if none does or several do. */
  get leader(): SimulatedNode | null {
    const leaders = this.nodes.filter(({ process }) => process?.system.has('leader'));
    return leaders.length === 1 ? (leaders[0] ?? null) : null;
  }

  /** The newest configuration in any node's log. */
  get newestConfiguration(): Configuration {
    let newest = { index: 0, term: 0, configuration: this.configuration };
    for (const { disk, process } of this.nodes) {
      const placed = process?.storage.configurations.at(-1) ?? process?.storage.snapshot ?? null;
      if (placed === null) continue;
      const term = process?.storage.termAt(placed.index) ?? disk.hardState.currentTerm;
      if (term > newest.term || (term === newest.term && placed.index > newest.index)) {
        newest = { index: placed.index, configuration: placed.configuration, term };
      }
    }
    return newest.configuration;
  }

  /** The machines that are members, with the disks that were listed: as the leader has it. One that was removed may have more in its log, which nobody cuts off. */
  get members(): readonly SimulatedNode[] {
    const led = this.leader?.process?.storage;
    const members = membersOf((led?.configurations.at(-1) ?? led?.snapshot)?.configuration ?? this.newestConfiguration);
    return this.nodes.filter(({ id, isSpent }) => !isSpent && members.some((member) => member.id === id));
  }

  /** Runs `run` after `delayMs` of virtual time, outside of all nodes. */
  after(delayMs: number, kind: string, run: () => void): void {
    this.#queue.push(
      new SimulatedEvent(null, null, '', kind, null, null, '', run),
      Math.max(1, Math.round(delayMs * 1000)),
    );
  }

  /** Lets everything happen that is due up to then, or up to the first violation. */
  runUntil(untilMs: number): void {
    const untilUs = untilMs * 1000;
    while (this.watch.violation === null) {
      const before = this.#queue.nowUs;
      const event = this.#queue.take(untilUs);
      if (event === null) return;
      this.#eventsAtThisTime = this.#queue.nowUs === before ? this.#eventsAtThisTime + 1 : 0;
      if (this.#eventsAtThisTime > maxEventsAtOneTime) {
        this.watch.violated('the cluster comes to rest', `${maxEventsAtOneTime} events at one time`);
      }
      this.#happen(event);
    }
  }

  /** Starts a node, unless something keeps it from running. */
  start(node: SimulatedNode): void {
    if (node.process !== null || node.downs > 0) return;
    const { disk } = node;
    disk.incarnation += 1;
    const own: Sender = { node: node.id, storageId: disk.storageId, incarnation: disk.incarnation };
    const identity = this.#plant.identity?.(own) ?? own;
    const { storage: Storage = SimulatedLogStorage } = this.#plant;
    const storage = new Storage(disk, {
      hardStateStaged: (hardState) => this.watch.hardStateStaged(node, process, hardState),
      entriesStaged: (entries) => this.watch.entriesStaged(node, process, entries),
      truncationStaged: (from) => this.watch.truncationStaged(node, process, from),
      compactionStaged: (through) => this.watch.compactionStaged(node, process, through),
    });
    const system = this.#systemOf(node, identity, () => process);
    const process: SimulatedProcess = newProcess(identity, storage, system);
    node.process = process;
    this.watch.started(node, process);
    system.start(apiAt({ node: node.id, group: this.group }).actor, () => ({
      receive: (message: ApiMessage) => this.#options.onAnswer(message),
    }));
    this.#startActors(node, process);
    this.#flushIfDue(node, process);
  }

  /** Ends a node's process at once. Whatever it had staged, and whatever waits for it, is gone. */
  end(node: SimulatedNode): void {
    const { process } = node;
    node.process = null;
    node.backlog = [];
    process?.system.stopAll();
  }

  /** Hands a client's request to the gateway of a node; false if no process is there to take it, or one that is no member. */
  ask(node: SimulatedNode, message: Extract<GatewayMessage, { kind: 'write' | 'read' }>): boolean {
    const { process } = node;
    if (process === null || node.isSpent) return false;
    if (!membersOf(this.newestConfiguration).some(({ id }) => id === node.id)) return false;
    this.#deliver(node, process, 'api', 'gateway', message, 0);
    return true;
  }

  /** Hands an operator's request to the gateway of a node. Nobody waits for its answer. */
  operate(node: SimulatedNode, wish: OperatorWish): void {
    const { process } = node;
    if (process === null || node.isSpent) return;
    this.#operatorRequests += 1;
    const request = firstOperatorRequest + this.#operatorRequests;
    this.#deliver(node, process, 'api', 'gateway', { ...wish, request, timeoutMs: 3000 }, 0);
  }

  /** Freezes a node: what comes to it waits, and its timers are late. */
  pause(node: SimulatedNode): void {
    node.pauses += 1;
  }

  /** Lets a frozen node go on with what came meanwhile. */
  resume(node: SimulatedNode): void {
    if (node.pauses === 0) return;
    node.pauses -= 1;
    if (node.pauses > 0) return;
    const { backlog } = node;
    node.backlog = [];
    for (const event of backlog) this.#queue.push(event, 0);
  }

  #view(): ClusterView {
    const configurationOfCluster = (): Configuration => this.configuration;
    const settingsOf = (): RaftSettings => this.#options.settings;
    const nodesOf = (): readonly SimulatedNode[] => this.nodes;
    const disksOf = (): readonly Disk[] => this.lostDisks;
    const nowUsOf = (): number => this.nowUs;
    return {
      get nodes() {
        return nodesOf();
      },
      get lostDisks() {
        return disksOf();
      },
      get configuration() {
        return configurationOfCluster();
      },
      get nowUs() {
        return nowUsOf();
      },
      get settings() {
        return settingsOf();
      },
    };
  }

  #happen(event: SimulatedEvent): void {
    const { node, process, message } = event;
    if (message === null && event.run === null) return;
    if (node !== null && node.pauses > 0 && node.process !== null) {
      if (process === null || process === node.process) node.backlog.push(event);
      return;
    }
    if (process !== null && process !== node?.process) return;
    const running = node?.process ?? null;
    if (node !== null && running === null) return;
    this.events += 1;
    this.hash.add(node?.place ?? -1, event.actor, event.kind, event.atUs, event.order);
    this.#options.onEvent?.(event);
    if (node === null || running === null) return event.run?.();
    if (message === null || event.sender === null) event.run?.();
    else {
      if (event.isWaiting) running.waiting -= 1;
      this.watch.delivered(node, running, message);
      running.system.deliver(event.actor, message, event.sender);
    }
    this.#flushIfDue(node, running);
    if (running.doom !== null && running.doom.sendsLeft <= 0 && node.process === running) running.doom.end();
  }

  #systemOf(node: SimulatedNode, identity: Sender, processOf: () => SimulatedProcess): ActorSystem {
    const chance = this.#chances[node.place];
    return new ActorSystem(node.id, this.group, {
      identity,
      now: () => node.clock.at(this.#queue.nowUs),
      random: () => chance?.next() ?? 0,
      route: (from, to, message) => {
        if (isActorMessage(message)) this.#route(node, processOf(), from, to, message);
      },
      schedule: (delayMs, fire) => {
        const timer = new SimulatedEvent(node, processOf(), '', 'timer', null, null, '', fire);
        this.#queue.push(timer, node.clock.virtualUs(delayMs));
        return () => {
          timer.run = null;
        };
      },
      failed: (actor, error) => {
        this.watch.violated('no actor fails', `${actor} of ${node.id}: ${String(error)}`);
      },
    });
  }

  #startActors(node: SimulatedNode, process: SimulatedProcess): void {
    const { identity, storage, system } = process;
    const { configuration } = this;
    const { settings } = this.#options;
    const stateMachine = new WatchedStateMachine(
      () => node.stateMachine,
      (entries) => {
        node.applied.push(...entries);
        if (node.process !== null) this.watch.applied(node, node.process, entries);
      },
    );
    try {
      const portsOf = (): Ports => ({ ...silentPorts, memberTracer: this.#countingTracer });
      const parts = { ...raftParts, ...this.#plant.parts };
      const snapshotFiles = this.#snapshotFilesOf(node, () => process);
      startRaftGroup(
        system,
        { identity, configuration, storage, stateMachine, snapshotFiles, settings, portsOf },
        parts,
      );
    } catch (error) {
      this.watch.violated('a node starts', `${node.id}: ${String(error)}`);
    }
  }

  #snapshotFilesOf(node: SimulatedNode, processOf: () => SimulatedProcess): SimulatedSnapshotFiles {
    const { disk } = node;
    const { actor } = applierAt({ node: node.id, group: this.group });
    // One after the other, as one file system does it.
    let doneAtUs = 0;
    return new SimulatedSnapshotFiles({
      disk,
      known: this.#knownSnapshots,
      applied: () => node.applied,
      load: (entries) => {
        node.loadState(entries);
        this.watch.stateLoaded(node, processOf(), entries.length);
      },
      later: (run) => {
        const { nowUs } = this.#queue;
        doneAtUs = Math.max(nowUs, doneAtUs) + 50 + this.#disks.below(1500);
        const done = new SimulatedEvent(node, processOf(), '', 'snapshotFile', null, null, '', run);
        this.#queue.push(done, doneAtUs - nowUs);
      },
      tell: (message) => {
        if (isActorMessage(message)) this.#deliver(node, processOf(), 'disk', actor, message, 0);
      },
    });
  }

  #route(node: SimulatedNode, process: SimulatedProcess, from: Address, to: Address, message: ActorMessage): void {
    if (process.doom !== null && process.doom.sendsLeft-- <= 0) return;
    this.watch.sent(node, process, to, message);
    if (to.node === node.id) return this.#routeWithin(node, process, from.actor, to.actor, message);
    const receiver = this.#byId.get(to.node);
    if (receiver === undefined) return;
    for (const delayUs of this.#options.network.betweenUs(node.place, receiver.place, this.#queue.nowUs)) {
      const event = new SimulatedEvent(
        receiver,
        null,
        to.actor,
        message.kind,
        message,
        process.identity,
        from.actor,
        null,
      );
      this.#queue.push(event, delayUs);
    }
  }

  #routeWithin(
    node: SimulatedNode,
    process: SimulatedProcess,
    from: string,
    actor: string,
    message: ActorMessage,
  ): void {
    const delays = trusted.has(message.kind) ? atOnce : this.#options.network.withinUs();
    for (const delayUs of delays) this.#deliver(node, process, from, actor, message, delayUs);
  }

  /** To one of the process's own actors; it dies with the process. */
  #deliver(
    node: SimulatedNode,
    process: SimulatedProcess,
    from: string,
    actor: string,
    message: ActorMessage,
    delayUs: number,
  ): void {
    const event = new SimulatedEvent(node, process, actor, message.kind, message, process.identity, from, null);
    event.isWaiting = delayUs <= 0;
    if (event.isWaiting) process.waiting += 1;
    this.#queue.push(event, delayUs);
  }

  #flushIfDue(node: SimulatedNode, process: SimulatedProcess): void {
    const { storage } = process;
    if (process.isFlushDue || !storage.staged || storage.flushing || node.process !== process) return;
    process.isFlushDue = true;
    this.#queueFlush(node, process);
  }

  #queueFlush(node: SimulatedNode, process: SimulatedProcess): void {
    this.#queue.push(
      new SimulatedEvent(node, process, '', 'flush', null, null, '', () => this.#flush(node, process)),
      0,
    );
  }

  #flush(node: SimulatedNode, process: SimulatedProcess): void {
    if (this.#options.isFlushLate && process.waiting > 0) return this.#queueFlush(node, process);
    process.isFlushDue = false;
    process.storage.beginFlush();
    const { slowFlushMs } = node;
    const usualUs = 200 + this.#disks.below(800);
    const slowMs =
      slowFlushMs === null ? 0 : slowFlushMs.least + this.#disks.next() ** 2 * (slowFlushMs.most - slowFlushMs.least);
    const flushUs = usualUs + Math.round(slowMs * 1000);
    // The kernel goes on writing while the process stands still.
    const arrive = (): void => {
      if (node.process !== process) return;
      if (process.flushFailure !== null && process.storage.failFlush()) return process.flushFailure();
      const written = process.storage.completeFlush();
      const { actor } = logStoreAt({ node: node.id, group: this.group });
      this.#deliver(node, process, 'disk', actor, { kind: 'flushed', written }, 0);
    };
    this.#queue.push(new SimulatedEvent(null, null, String(node.id), 'flushArrives', null, null, '', arrive), flushUs);
  }
}

const atOnce: readonly number[] = [0];
