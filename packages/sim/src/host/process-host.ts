import { ActorSystem, type Address, type GroupId, type Sender } from '@quorate/actor';
import {
  type ApiMessage,
  apiAt,
  applierAt,
  type Configuration,
  type LogEntry,
  type Logger,
  logStoreAt,
  type MemberTracer,
  type Ports,
  type RaftSettings,
  raftParts,
  silentPorts,
  startRaftGroup,
} from '@quorate/raft';
import type { Plant } from '../bugs/plant.ts';
import { SimulatedLogStorage } from '../disk/simulated-log-storage.ts';
import { SimulatedSnapshotFiles } from '../disk/simulated-snapshot-files.ts';
import type { Bus } from '../faults/bus.ts';
import type { FaultCounts } from '../faults/fault-counts.ts';
import type { Network } from '../faults/network.ts';
import type { Watch } from '../invariants/watch.ts';
import { entriesText, hardStateText, nameText } from '../scenario/message-text.ts';
import { type ActorMessage, isActorMessage, type MessageOfKind } from './actor-message.ts';
import type { EventQueue } from './event-queue.ts';
import { RandomStream } from './random-stream.ts';
import { SimulatedEvent } from './simulated-event.ts';
import { newProcess, type SimulatedNode, type SimulatedProcess } from './simulated-node.ts';
import { watchedLease } from './watched-lease.ts';
import { watchedPatience } from './watched-patience.ts';
import { WatchedStateMachine } from './watched-state-machine.ts';

/** What the processes of a cluster are run with. */
export interface ProcessHostOptions {
  readonly seed: number;
  readonly group: GroupId;
  readonly configuration: Configuration;
  readonly settings: RaftSettings;
  readonly nodes: readonly SimulatedNode[];
  readonly queue: EventQueue<SimulatedEvent>;
  readonly watch: Watch;
  readonly network: Network;
  readonly bus: Bus;
  readonly counts: FaultCounts;
  /** Whether a flush waits until the node's mailboxes are empty, as it does in production, or begins after the step that made it due. */
  readonly isFlushLate: boolean;
  readonly plant: Plant;
  readonly onAnswer: (answered: ApiMessage) => void;
  /** Is told what no event tells; null if nobody listens. */
  readonly onNote?: ((note: string) => void) | null;
}

/** A timer that an actor has started. */
interface Timer {
  readonly owner: string;
  readonly name: string;
  readonly delayMs: number;
  readonly fire: () => void;
}

/** Kinds of messages that go between clients, host and actors of one node: faults there are not the group's to survive. */
const trusted: ReadonlySet<string> = new Set(['write', 'read', 'changeMembers', 'transfer', 'answered']);

/** Runs the processes of a cluster's machines: starts and ends them, carries what their actors say, and lets their disks work. */
export class ProcessHost {
  readonly #options: ProcessHostOptions;
  readonly #byId: ReadonlyMap<string, SimulatedNode>;
  readonly #disks: RandomStream;
  readonly #chances: readonly RandomStream[];
  readonly #knownSnapshots = new Map<string, readonly LogEntry[]>();
  /** What leaders do by themselves, for whoever wants to know how often a run comes to it. */
  readonly #countingTracer: MemberTracer = {
    stageChanged: ({ stage }) => this.#options.counts.add(`a peer is ${stage}`),
    removing: () => {
      this.#options.counts.add('a voter is removed by its leader');
      return null;
    },
  };

  constructor(options: ProcessHostOptions) {
    this.#options = options;
    const { seed, nodes } = options;
    this.#byId = new Map(nodes.map((node) => [node.id, node]));
    this.#disks = new RandomStream(seed, 'disks');
    this.#chances = nodes.map(({ id }) => new RandomStream(seed, `chance of ${id}`));
  }

  /** Starts a node, unless something keeps it from running. */
  start(node: SimulatedNode): void {
    if (node.process !== null || node.downs > 0 || node.isSuspended) return;
    const { plant } = this.#options;
    const { disk } = node;
    // A log that is left to the leader may end before what was applied: then the state is built anew, as the real node does it.
    if (disk.isMarked && node.applied.length > disk.lastIndex) node.restoreState(0);
    disk.incarnation += 1;
    const own: Sender = { node: node.id, storageId: disk.storageId, incarnation: disk.incarnation };
    const identity = plant.identity?.(own) ?? own;
    const { storage: Storage = SimulatedLogStorage } = plant;
    const storage = new Storage(disk, {
      hardStateStaged: (hardState) => {
        this.#note(() => `${node.id} writes ${hardStateText(hardState)}`);
        this.#options.watch.hardStateStaged(node, process, hardState);
      },
      promiseStaged: () => {},
      entriesStaged: (entries) => {
        this.#note(() => `${node.id} appends ${entriesText(entries)}`);
        this.#options.watch.entriesStaged(node, process, entries);
      },
      truncationStaged: (from) => {
        this.#note(() => `${node.id} cuts off all from ${from} on`);
        this.#options.watch.truncationStaged(node, process, from);
      },
      snapshotStaged: (record) => this.#options.watch.snapshotStaged(node, process, record),
      compactionStaged: (through) => this.#options.watch.compactionStaged(node, process, through),
      installStaged: (record) => {
        this.#options.watch.snapshotStaged(node, process, record);
        this.#options.watch.compactionStaged(node, process, record.index);
      },
      repairEnded: () => {},
    });
    const system = this.#systemOf(node, identity, () => process);
    const process: SimulatedProcess = newProcess(identity, storage, system);
    node.process = process;
    this.#options.watch.started(node, process);
    system.start(apiAt({ node: node.id, group: this.#options.group }).actor, () => ({
      receive: (message: ApiMessage) => {
        if (this.#options.bus.isConnected(node.place)) this.#options.onAnswer(message);
      },
    }));
    this.#startActors(node, process);
    this.flushIfDue(node, process);
    if (this.#options.bus.isConnected(node.place)) this.connected(node);
  }

  /** The node's process has a new connection to the bus, and its host tells the actors. */
  connected(node: SimulatedNode): void {
    node.connections += 1;
    for (const actor of ['election', 'logStore', 'leader']) this.#tell(node, actor, { kind: 'busConnected' });
    this.#tell(node, 'leader', { kind: 'dropLease', reason: 'the connection is another' });
  }

  /** It has lost its connection. */
  disconnected(node: SimulatedNode): void {
    this.#tell(node, 'leader', { kind: 'busLost' });
    this.#tell(node, 'leader', { kind: 'dropLease', reason: 'the connection was lost' });
  }

  #tell(node: SimulatedNode, actor: string, message: ActorMessage): void {
    if (node.process !== null) this.deliver(node, node.process, 'host', actor, message, 0);
  }

  /** Ends a node's process at once. Whatever it had staged, and whatever waits for it, is gone. */
  end(node: SimulatedNode): void {
    const { process } = node;
    node.process = null;
    node.backlog = [];
    process?.system.stopAll();
    if (process !== null) this.#options.bus.ended(node.place, this.#options.queue.nowUs);
  }

  /** The log that the process began with had holes. */
  #startAgain(node: SimulatedNode, process: SimulatedProcess): void {
    const again = (): void => {
      if (node.process !== process) return;
      this.#options.counts.add('records mended');
      this.end(node);
      this.start(node);
    };
    this.#options.queue.push(new SimulatedEvent(node, process, '', 'startAgain', null, null, '', again), 1_000);
  }

  #systemOf(node: SimulatedNode, identity: Sender, processOf: () => SimulatedProcess): ActorSystem {
    const chance = this.#chances[node.place];
    return new ActorSystem(node.id, this.#options.group, {
      identity,
      now: () => node.clock.at(this.#options.queue.nowUs),
      wallNow: () => node.wallClock.at(this.#options.queue.nowUs),
      random: () => chance?.next() ?? 0,
      route: (from, to, message) => {
        if (isActorMessage(message)) this.#route(node, processOf(), from, to, message);
      },
      schedule: (delayMs, fire, owner, name) => this.#schedule(node, processOf(), { owner, name, delayMs, fire }),
      failed: (actor, error) => {
        this.#options.watch.violated('no actor fails', `${actor} of ${node.id}: ${String(error)}`);
      },
    });
  }

  /** By the node's own clock: if that stood still meanwhile, the timer is due later. */
  #schedule(node: SimulatedNode, process: SimulatedProcess, { owner, name, delayMs, fire }: Timer): () => void {
    const { queue } = this.#options;
    const dueMs = node.clock.at(queue.nowUs) + delayMs;
    const timer = new SimulatedEvent(node, process, owner, 'timer', null, null, name, () => {
      const leftMs = dueMs - node.clock.at(queue.nowUs);
      if (leftMs > clockGrainMs) queue.push(timer, node.clock.virtualUs(leftMs));
      else fire();
    });
    queue.push(timer, node.clock.virtualUs(delayMs));
    return () => {
      timer.run = null;
    };
  }

  #startActors(node: SimulatedNode, process: SimulatedProcess): void {
    const { identity, storage, system } = process;
    const { configuration, settings } = this.#options;
    const stateMachine = new WatchedStateMachine(
      () => node.stateMachine,
      (entries) => {
        node.applied.push(...entries);
        if (node.process !== null) this.#options.watch.applied(node, node.process, entries);
      },
    );
    try {
      const portsOf = (actor: string): Ports => ({
        ...silentPorts,
        ...this.#loggerOf(node, actor),
        memberTracer: this.#countingTracer,
      });
      const planted = { ...raftParts, ...this.#options.plant.parts };
      const Lease = watchedLease(planted.Lease, (lease) => this.#options.watch.leaseMade(node, process, lease));
      const Patience = watchedPatience(planted.Patience, (patience) => {
        process.patience = patience;
      });
      const parts = { ...planted, Lease, Patience };
      const snapshotFiles = this.#snapshotFilesOf(node, () => process);
      const mended = (): void => this.#startAgain(node, process);
      startRaftGroup(
        system,
        { identity, configuration, storage, stateMachine, snapshotFiles, settings, portsOf, mended },
        parts,
      );
    } catch (error) {
      this.#options.watch.violated('a node starts', `${node.id}: ${String(error)}`);
    }
  }

  /** What actors log, among it every change of a role, goes into the trace, if there is one. */
  #loggerOf(node: SimulatedNode, actor: string): Partial<Ports> {
    if (this.#options.onNote == null) return {};
    const log: Logger['info'] = (message, fields = {}) => {
      const details = Object.entries(fields).map(([name, value]) => ` ${name}=${value}`);
      this.#note(() => `${node.id} ${actor}: ${message}${details.join('')}`);
    };
    return { logger: { info: log, warn: log, error: log } };
  }

  #note(words: () => string): void {
    this.#options.onNote?.(words());
  }

  #snapshotFilesOf(node: SimulatedNode, processOf: () => SimulatedProcess): SimulatedSnapshotFiles {
    const { disk } = node;
    const { actor } = applierAt({ node: node.id, group: this.#options.group });
    // One after the other, as one file system does it.
    let doneAtUs = 0;
    // What it has done is done before the applier hears of it.
    let toldAtUs = 0;
    const { snapshotFiles: SnapshotFiles = SimulatedSnapshotFiles } = this.#options.plant;
    return new SnapshotFiles({
      disk,
      known: this.#knownSnapshots,
      removed: (id) => this.#options.watch.fileRemoved(node, processOf(), id),
      applied: () => node.applied,
      load: (entries) => {
        node.loadState(entries);
        this.#options.watch.stateLoaded(node, processOf(), entries.length);
      },
      later: (run) => {
        const { nowUs } = this.#options.queue;
        const largeUs = node.slowFilesMs === 0 ? 0 : (1 + this.#disks.below(1000) / 1000) * 500 * node.slowFilesMs;
        doneAtUs = Math.max(nowUs + this.#slowUs(node) + Math.round(largeUs), doneAtUs) + 50 + this.#disks.below(1500);
        const done = new SimulatedEvent(node, processOf(), '', 'snapshotFile', null, null, '', () => {
          try {
            run();
          } catch (error) {
            this.#options.watch.violated('no actor fails', `snapshot files of ${node.id}: ${String(error)}`);
          }
        });
        this.#options.queue.push(done, doneAtUs - nowUs);
      },
      tell: (message) => {
        const { nowUs } = this.#options.queue;
        toldAtUs = Math.max(toldAtUs, nowUs + this.#disks.below(this.#disks.chance(0.1) ? 50_000 : 300));
        if (isActorMessage(message)) this.deliver(node, processOf(), 'disk', actor, message, toldAtUs - nowUs);
      },
    });
  }

  #route(node: SimulatedNode, process: SimulatedProcess, from: Address, to: Address, message: ActorMessage): void {
    if (process.doom !== null && process.doom.sendsLeft-- <= 0) return;
    this.#options.watch.sent(node, process, to, message);
    if (to.node === node.id) return this.#routeWithin(node, process, from.actor, to.actor, message);
    const receiver = this.#byId.get(to.node);
    if (receiver === undefined || !this.#options.bus.isConnected(node.place)) return;
    if (message.kind === 'leaderProbe') this.#tellNoResponders(node, process, receiver, message);
    if (!this.#options.bus.isConnected(receiver.place)) return;
    const delays = this.#options.network.betweenUs(node.place, receiver.place, this.#options.queue.nowUs);
    if (delays.length !== 1)
      this.#noteFate(delays.length, `${node.id} ${from.actor} → ${to.node} ${to.actor}`, message);
    for (const delayUs of delays) {
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
      this.#options.queue.push(event, delayUs);
    }
  }

  /** What NATS says of a probe, if nobody is there to hear it. A connection that is lost meanwhile brings no answer. */
  #tellNoResponders(
    node: SimulatedNode,
    process: SimulatedProcess,
    receiver: SimulatedNode,
    { probe }: MessageOfKind<'leaderProbe'>,
  ): void {
    const { bus, queue } = this.#options;
    const delayUs = bus.noRespondersUs(node.place, receiver.place, receiver.process !== null, queue.nowUs);
    if (delayUs === null) return;
    const { connections } = node;
    const told = { kind: 'noResponders', leader: receiver.id, probe } as const;
    const arrive = (): void => {
      if (node.connections === connections && bus.isConnected(node.place)) this.#tell(node, 'logStore', told);
    };
    queue.push(new SimulatedEvent(node, process, '', 'bus', null, null, '', arrive), delayUs);
  }

  #routeWithin(
    node: SimulatedNode,
    process: SimulatedProcess,
    from: string,
    actor: string,
    message: ActorMessage,
  ): void {
    const delays = trusted.has(message.kind) ? atOnce : this.#options.network.withinUs();
    if (delays.length !== 1) this.#noteFate(delays.length, `${node.id} ${from} → ${actor}`, message);
    for (const delayUs of delays) this.deliver(node, process, from, actor, message, delayUs);
  }

  #noteFate(copies: number, road: string, message: ActorMessage): void {
    this.#note(() => `${road}  ${nameText(message)} is ${copies === 0 ? 'lost' : 'doubled'}`);
  }

  /** A message comes to one of the process's own actors, unless the process ends before. */
  deliver(
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
    this.#options.queue.push(event, delayUs);
  }

  /** Queues a flush if something is staged for it, and none is under way; and one that has waited for the mailboxes to be empty. */
  flushIfDue(node: SimulatedNode, process: SimulatedProcess): void {
    const { storage } = process;
    if (process.isFlushHeld && process.waiting === 0) {
      process.isFlushHeld = false;
      return this.#queueFlush(node, process);
    }
    if (process.isFlushDue || !storage.staged || storage.flushing || node.process !== process) return;
    process.isFlushDue = true;
    this.#queueFlush(node, process);
  }

  #queueFlush(node: SimulatedNode, process: SimulatedProcess): void {
    this.#options.queue.push(
      new SimulatedEvent(node, process, '', 'flush', null, null, '', () => this.#flush(node, process)),
      0,
    );
  }

  #flush(node: SimulatedNode, process: SimulatedProcess): void {
    process.isFlushHeld = this.#options.isFlushLate && process.waiting > 0;
    if (process.isFlushHeld) return;
    process.isFlushDue = false;
    process.storage.beginFlush();
    const usualUs = 200 + this.#disks.below(800);
    const flushUs = usualUs + this.#slowUs(node);
    // The kernel goes on writing while the process stands still.
    const arrive = (): void => {
      if (node.process !== process) return;
      if (process.flushFailure !== null && process.storage.failFlush()) return process.flushFailure();
      const written = process.storage.completeFlush();
      const { actor } = logStoreAt({ node: node.id, group: this.#options.group });
      this.deliver(node, process, 'disk', actor, { kind: 'flushed', written }, 0);
    };
    this.#options.queue.push(
      new SimulatedEvent(null, null, String(node.id), 'flushArrives', null, null, '', arrive),
      flushUs,
    );
  }

  /** What a disk that is slow takes beyond the usual. */
  #slowUs({ slowFlushMs }: SimulatedNode): number {
    if (slowFlushMs === null) return 0;
    this.#options.counts.add('flush slow');
    const { least, most } = slowFlushMs;
    return Math.round((least + this.#disks.next() ** 2 * (most - least)) * 1000);
  }
}

const atOnce: readonly number[] = [0];

/** Virtual time is in whole microseconds: a timer may be so early. */
const clockGrainMs = 0.001;
