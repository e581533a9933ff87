import { type GroupId, groupId, type NodeId, nodeId, type Sender } from '@quorate/actor';
import {
  type ApiMessage,
  type Configuration,
  configurationOf,
  type GatewayMessage,
  type MembershipChange,
  membersOf,
  type RaftSettings,
} from '@quorate/raft';
import type { Plant } from '../bugs/plant.ts';
import { Disk } from '../disk/disk.ts';
import type { Bus } from '../faults/bus.ts';
import type { FaultCounts } from '../faults/fault-counts.ts';
import type { Network } from '../faults/network.ts';
import type { ClusterView } from '../invariants/cluster-view.ts';
import { Watch } from '../invariants/watch.ts';
import { EventQueue } from './event-queue.ts';
import { NodeClock } from './node-clock.ts';
import { ProcessHost } from './process-host.ts';
import { RandomStream } from './random-stream.ts';
import { SimulatedEvent } from './simulated-event.ts';
import { SimulatedNode } from './simulated-node.ts';
import { simulatedStore } from './simulated-store.ts';
import { drawWallClock } from './wall-clock.ts';

/** What a cluster is made from. */
export interface ClusterOptions {
  readonly seed: number;
  /** The machines that the group begins with. */
  readonly nodes: number;
  /** Machines beside those, which may become members. */
  readonly spares: number;
  readonly settings: RaftSettings;
  readonly network: Network;
  readonly bus: Bus;
  readonly counts: FaultCounts;
  /** Whether a flush waits until the node's mailboxes are empty, as it does in production, or begins after the step that made it due. */
  readonly isFlushLate: boolean;
  /** Put in the places of the production code's own; empty in a run of the correct code. */
  readonly plant?: Plant;
  readonly onAnswer: (answered: ApiMessage) => void;
  /** Sees each event before it happens. */
  readonly onEvent: ((event: SimulatedEvent) => void) | null;
  /** Is told what no event tells; null if nobody listens. */
  readonly onNote?: ((note: string) => void) | null;
}

/** A clock runs faster or slower than time by no more than this part of one: two differ by less than the settings allow. */
const maxDrift = 0.05;

/** So many events without time passing are an endless loop: two actors answer each other for ever. */
const maxEventsAtOneTime = 20_000;

/** Is shown an event. */
export type Witness = (event: SimulatedEvent) => void;

/** What an operator may ask of a node. */
export type OperatorWish =
  | { readonly kind: 'changeMembers'; readonly change: MembershipChange }
  | { readonly kind: 'transfer'; readonly target: NodeId | null }
  | { readonly kind: 'takeSnapshot'; readonly isLinearizable: boolean };

/** An operator's requests are numbered apart from the clients'. */
const firstOperatorRequest = 1_000_000_000;

/** The machines of a cluster, their processes, and the one queue of all that happens to them. */
export class SimulatedCluster {
  readonly group: GroupId = groupId('config');
  readonly nodes: readonly SimulatedNode[];
  readonly lostDisks: Disk[] = [];
  readonly watch: Watch = new Watch(this.#view());
  readonly configuration: Configuration;
  readonly settings: RaftSettings;
  events = 0;
  /** Those who see each event before it happens, faults among them that wait for their moment. */
  readonly witnesses = new Set<Witness>();
  readonly #options: ClusterOptions;
  readonly #queue = new EventQueue<SimulatedEvent>();
  readonly #processes: ProcessHost;
  readonly #byId: ReadonlyMap<NodeId, SimulatedNode>;
  #eventsAtThisTime = 0;
  #operatorRequests = 0;

  constructor(options: ClusterOptions) {
    this.#options = options;
    this.settings = options.settings;
    const { plant = {} } = options;
    const { disk: PlantedDisk = Disk } = plant;
    const clocks = new RandomStream(options.seed, 'clocks');
    const wallClocks = new RandomStream(options.seed, 'wall clocks');
    const drift = clocks.chance(0.5) ? maxDrift : 0;
    const isAtItsWorst = clocks.chance(0.5);
    const drawRate = (): number => 1 + (isAtItsWorst ? clocks.pick([-drift, drift]) : clocks.between(-drift, drift));
    this.nodes = Array.from({ length: options.nodes + options.spares }, (_, place) => {
      const monotonic = new NodeClock(drawRate(), clocks.between(0, 1e6));
      const wall = drawWallClock(wallClocks, monotonic.rate);
      const disk = new PlantedDisk(`disk-of-n${place + 1}`);
      return new SimulatedNode(nodeId(`n${place + 1}`), place, { monotonic, wall }, disk, () => simulatedStore(plant));
    });
    this.#byId = new Map(this.nodes.map((node) => [node.id, node]));
    const drifting = this.nodes.filter(({ clock }) => clock.rate !== 1).length;
    if (drifting > 0) options.counts.add('clock drifts', drifting);
    const first = this.nodes.slice(0, options.nodes);
    this.configuration = configurationOf(first.map(({ id, disk }) => ({ id, storageId: disk.storageId })));
    const { group, configuration, nodes, watch } = this;
    const queue = this.#queue;
    this.#processes = new ProcessHost({ ...options, plant, group, configuration, nodes, watch, queue });
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

  /** The longest election timeout that a node counts by: what is measured makes them longer than the settings say. 0 if none runs. */
  get longestElectionTimeoutMs(): number {
    return Math.max(...this.nodes.map(({ process }) => process?.patience?.timeouts.electionTimeoutMaxMs ?? 0));
  }

  /** The newest configuration in any node's log, also of one that is down, or whose log was damaged since. */
  get newestConfiguration(): Configuration {
    let newest = { index: 0, term: 0, configuration: this.configuration };
    for (const { disk, process } of this.nodes) {
      for (const log of [process?.storage ?? disk, disk.beforeDamage]) {
        const placed = log?.configurations.at(-1) ?? log?.snapshot ?? null;
        if (placed === null) continue;
        const term = log?.termAt(placed.index) ?? disk.hardState.currentTerm;
        if (term > newest.term || (term === newest.term && placed.index > newest.index)) {
          newest = { index: placed.index, configuration: placed.configuration, term };
        }
      }
    }
    return newest.configuration;
  }

  /** The machines that are members, with the disks that were listed: as the leader has it. One that was removed, or never came to be one, may have more in its log, which nobody cuts off. */
  get members(): readonly SimulatedNode[] {
    const led = this.leader?.process?.storage;
    const configuration =
      led === undefined
        ? this.newestConfiguration
        : (led.configurations.at(-1) ?? led.snapshot ?? { configuration: this.configuration }).configuration;
    const members = membersOf(configuration);
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
    this.#processes.start(node);
  }

  /** Ends a node's process at once. Whatever it had staged, and whatever waits for it, is gone. */
  end(node: SimulatedNode): void {
    this.#processes.end(node);
  }

  /** Hands a client's request to the gateway of a node; false if no process is there to take it, or one that is no member. */
  ask(node: SimulatedNode, message: Extract<GatewayMessage, { kind: 'write' | 'read' }>): boolean {
    const { process } = node;
    if (process === null || node.isSpent || !this.#options.bus.isConnected(node.place)) return false;
    if (!membersOf(this.newestConfiguration).some(({ id }) => id === node.id)) return false;
    this.#processes.deliver(node, process, 'api', 'gateway', message, 0);
    return true;
  }

  /** Hands an operator's request to the gateway of a node. Nobody waits for its answer. */
  operate(node: SimulatedNode, wish: OperatorWish): void {
    const { process } = node;
    if (process === null || node.isSpent) return;
    this.#operatorRequests += 1;
    const request = firstOperatorRequest + this.#operatorRequests;
    this.#processes.deliver(node, process, 'api', 'gateway', { ...wish, request, timeoutMs: 3000 }, 0);
  }

  /** Tells whoever listens what happens beside the events. */
  note(words: () => string): void {
    this.#options.onNote?.(words());
  }

  /** Freezes a node: what comes to it waits, and its timers are late. */
  pause(node: SimulatedNode): void {
    node.pauses += 1;
  }

  /** Lets a frozen node go on with what came meanwhile: first what its sockets have, then the timers that are due, as the host on NATS does it. */
  resume(node: SimulatedNode): void {
    if (node.pauses === 0) return;
    node.pauses -= 1;
    if (node.pauses > 0) return;
    const { backlog } = node;
    node.backlog = [];
    for (const event of backlog) if (event.message !== null) this.#queue.push(event, 0);
    for (const event of backlog) if (event.message === null) this.#queue.push(event, 0);
  }

  /** The node's connection to NATS breaks. */
  loseBus(node: SimulatedNode): void {
    const { bus } = this.#options;
    const wasConnected = bus.isConnected(node.place);
    bus.lose(node.place, 1);
    if (wasConnected) this.#processes.disconnected(node);
  }

  /** It has another one, unless something else keeps it from that. */
  regainBus(node: SimulatedNode): void {
    const { bus } = this.#options;
    bus.lose(node.place, -1);
    if (bus.isConnected(node.place)) this.#processes.connected(node);
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

  /** Whether a message between nodes is from a life of its sender that is over. */
  #countIfEarlier({ node, storageId, incarnation }: Sender): void {
    const disk = this.#byId.get(node)?.disk;
    if (disk === undefined || (disk.incarnation === incarnation && disk.storageId === storageId)) return;
    this.#options.counts.add('message of an earlier incarnation');
  }

  #happen(event: SimulatedEvent): void {
    const { node, process, message } = event;
    if (message === null && event.run === null) return;
    if (node !== null && node.pauses > 0 && node.process !== null) {
      if (process === null || process === node.process) node.backlog.push(event);
      return;
    }
    if (process !== null && process !== node?.process) return;
    // From another node, and there is no connection any more that it could come over.
    if (process === null && message !== null && node !== null && !this.#options.bus.isConnected(node.place)) return;
    const running = node?.process ?? null;
    if (node !== null && running === null) return;
    this.events += 1;
    this.#options.onEvent?.(event);
    if (this.witnesses.size > 0) for (const witness of this.witnesses) witness(event);
    if (node === null || running === null) return event.run?.();
    if (message === null || event.sender === null) event.run?.();
    else {
      if (event.isWaiting) running.waiting -= 1;
      if (process === null) this.#countIfEarlier(event.sender);
      this.watch.delivered(node, running, message);
      running.system.deliver(event.actor, message, event.sender);
    }
    this.#processes.flushIfDue(node, running);
    if (running.doom !== null && running.doom.sendsLeft <= 0 && node.process === running) running.doom.end();
  }
}
