import { ActorSystem, type Address, type GroupId, groupId, type NodeId, type Sender } from '@quorate/actor';
import {
  type ApiMessage,
  apiAt,
  applierAt,
  type Configuration,
  configurationOf,
  defaultRaftSettings,
  type LogEntry,
  type LogFields,
  logIndex,
  logStoreAt,
  type Ports,
  type RaftSettings,
  raftParts,
  type StatusPart,
  silentPorts,
  startRaftGroup,
} from '@quorate/raft';
import { type ActorMessage, isActorMessage } from '../host/actor-message.ts';
import { newProcess, type SimulatedProcess } from '../host/simulated-node.ts';
import { watchedLease } from '../host/watched-lease.ts';
import { WatchedStateMachine } from '../host/watched-state-machine.ts';
import { Watch } from '../invariants/watch.ts';
import { entriesText, kindText, nameText } from './message-text.ts';
import type { MessageTrace } from './message-trace.ts';
import type { Mail, ScenarioNode } from './scenario-node.ts';
import type { Trace } from './trace.ts';
import { type DiskWatch, tracedLogStorage, tracedSnapshotFiles } from './traced-disk.ts';
import { VirtualTime } from './virtual-time.ts';
import { type Waiting, Wires } from './wires.ts';

/** What a host is made from. */
export interface ScenarioHostOptions {
  readonly nodes: readonly ScenarioNode[];
  /** Those of them that the group begins with. */
  readonly members: readonly ScenarioNode[];
  readonly trace: Trace;
  readonly messages: MessageTrace;
  /** The api of a node has an answer of its gateway. */
  readonly onAnswer: (node: ScenarioNode, answered: ApiMessage) => void;
}

/** The request that the host itself makes for `status`: no client has it. */
const hostsRequest = -1;

/** So many messages within one node, without an end, are actors that answer each other for ever. */
const maxMailsInOneStep = 10_000;

/**
 * Runs the actors of a story's nodes. Within a node messages come at once, and a flush follows when its mailboxes are empty,
 * as in production; between nodes they wait on wires, and time stands still, until the author says otherwise.
 */
export class ScenarioHost {
  readonly group: GroupId = groupId('config');
  readonly time = new VirtualTime();
  readonly wires = new Wires();
  readonly watch: Watch;
  settings: RaftSettings = defaultRaftSettings;
  readonly #options: ScenarioHostOptions;
  readonly #configuration: Configuration;
  readonly #knownSnapshots = new Map<string, readonly LogEntry[]>();
  /** Whose logs have no holes any more. */
  readonly #mended = new Set<ScenarioNode>();
  /** Answers to what the host asked, while it asks. */
  #described: StatusPart[] | null = null;
  #violationsTold = 0;
  #snapshotRequests = 0;

  constructor(options: ScenarioHostOptions) {
    const { nodes, members } = options;
    this.#options = options;
    this.#configuration = configurationOf(members.map(({ id, disk }) => ({ id, storageId: disk.storageId })));
    const settingsOf = (): RaftSettings => this.settings;
    const nowUs = (): number => this.time.nowMs * 1000;
    this.watch = new Watch({
      nodes,
      lostDisks: [],
      configuration: this.#configuration,
      get nowUs() {
        return nowUs();
      },
      get settings() {
        return settingsOf();
      },
    });
  }

  /** Starts a node's process over what its disk and its state machine hold. */
  start(node: ScenarioNode): void {
    node.disk.incarnation += 1;
    const { storageId, incarnation } = node.disk;
    const identity: Sender = { node: node.id, storageId, incarnation };
    const { trace } = this.#options;
    const disk: DiskWatch = { node, processOf: () => process, watch: this.watch, trace };
    const storage = tracedLogStorage(disk);
    const system = this.#systemOf(node, identity, () => process);
    const process: SimulatedProcess = newProcess(identity, storage, system);
    node.process = process;
    node.commitIndex = node.stateMachine.lastApplied;
    this.watch.started(node, process);
    system.start(apiAt({ node: node.id, group: this.group }).actor, () => ({
      receive: (message: ApiMessage) => this.#options.onAnswer(node, message),
    }));
    const stateMachine = new WatchedStateMachine(
      () => node.stateMachine,
      (entries) => {
        trace.add(['applies'], `${node.id} applies ${entriesText(entries)}`);
        node.applied.push(...entries);
        this.watch.applied(node, process, entries);
      },
    );
    const { settings } = this;
    const configuration = this.#configuration;
    const portsOf = (actor: string): Ports => this.#portsOf(node, actor);
    this.step(node, () => {
      const { actor } = applierAt({ node: node.id, group: this.group });
      const snapshotFiles = tracedSnapshotFiles(disk, this.#knownSnapshots, (message) => {
        node.mailbox.push({ actor, message, sender: identity });
      });
      const Lease = watchedLease(raftParts.Lease, (lease) => this.watch.leaseMade(node, process, lease));
      const mended = (): void => void this.#mended.add(node);
      const group = { identity, configuration, storage, stateMachine, snapshotFiles, settings, portsOf, mended };
      startRaftGroup(system, group, { ...raftParts, Lease });
    });
  }

  /** Ends a node's process at once. */
  end(node: ScenarioNode): void {
    const { process } = node;
    node.process = null;
    node.forget();
    process?.system.stopAll();
  }

  /** One step of a node, and all that comes of it within the node. */
  step(node: ScenarioNode, run: () => void): void {
    run();
    if (!node.isPaused) this.#drain(node);
    if (this.#mended.delete(node)) {
      this.#options.trace.add(['stores'], `${node.id} starts anew with the log that it has now`);
      this.end(node);
      this.start(node);
    }
    const { violation } = this.watch;
    if (violation === null || this.#violationsTold > 0) return;
    this.#violationsTold = 1;
    this.#options.trace.add([], `!! broken: ${violation.invariant}: ${violation.what}`);
  }

  /** A message comes to a node's actor. */
  deliver(node: ScenarioNode, mail: Mail): void {
    this.step(node, () => node.mailbox.push(mail));
  }

  /** The node has another connection to the bus. */
  reconnect(node: ScenarioNode): void {
    node.isConnected = true;
    const connected = { kind: 'busConnected' } as const;
    this.#tell(
      node,
      ['election', connected],
      ['logStore', connected],
      ['leader', connected],
      ['leader', { kind: 'dropLease', reason: 'the connection is another' }],
    );
  }

  /** The node loses its connection to the bus. */
  disconnect(node: ScenarioNode): void {
    node.isConnected = false;
    this.#tell(
      node,
      ['leader', { kind: 'busLost' }],
      ['leader', { kind: 'dropLease', reason: 'the connection was lost' }],
    );
  }

  /** The bus says that nobody was there to hear a probe of the node's. */
  tellNoResponders(node: ScenarioNode, { leader, probe }: { readonly leader: NodeId; readonly probe: number }): void {
    this.#options.trace.add([], `NATS tells ${node.id}: nobody listens at ${leader}, of LeaderProbe #${probe}`);
    this.#tell(node, ['logStore', { kind: 'noResponders', leader, probe }]);
  }

  /** What the host of a node tells its actors, one after the other. */
  #tell(node: ScenarioNode, ...mails: readonly (readonly [actor: string, message: ActorMessage])[]): void {
    const { process } = node;
    if (process === null) return;
    const { identity: sender } = process;
    this.step(node, () => {
      for (const [actor, message] of mails) node.mailbox.push({ actor, message, sender });
    });
  }

  /** The node takes a snapshot of what it has applied. */
  takeSnapshot(node: ScenarioNode): void {
    const { process } = node;
    if (process === null) return;
    this.#snapshotRequests += 1;
    const { actor } = applierAt({ node: node.id, group: this.group });
    this.deliver(node, {
      actor,
      message: { kind: 'takeSnapshot', request: this.#snapshotRequests, atIndex: logIndex(0) },
      sender: process.identity,
    });
  }

  /** A timer of a node is due. */
  fire(node: ScenarioNode, fire: () => void): void {
    if (node.isPaused) node.lateTimers.push(fire);
    else this.step(node, fire);
  }

  /** The flush that is under way reaches the disk, whether or not the process goes on; false if none is. */
  completeFlush(node: ScenarioNode): boolean {
    const { process } = node;
    if (process === null || !process.storage.flushing) return false;
    const written = process.storage.completeFlush();
    if (node.holdsFlush) this.#options.trace.add(['flushes'], `${node.id} has flushed ${node.flushing.join('; ')}`);
    node.flushing = [];
    const { actor } = logStoreAt({ node: node.id, group: this.group });
    node.mailbox.push({ actor, message: { kind: 'flushed', written }, sender: process.identity });
    return true;
  }

  /** How the actors of a node stand. Asking changes nothing. */
  describe(node: ScenarioNode, ...actors: readonly string[]): readonly StatusPart[] {
    const described: StatusPart[] = [];
    this.#described = described;
    const { process } = node;
    if (process !== null) {
      for (const actor of actors) {
        process.system.deliver(actor, { kind: 'describe', request: hostsRequest }, process.identity);
      }
    }
    this.#described = null;
    return described;
  }

  #drain(node: ScenarioNode): void {
    const { process } = node;
    for (let mails = 0; node.process === process && process !== null; mails += 1) {
      if (mails > maxMailsInOneStep) throw new Error(`the actors of ${node.id} answer each other for ever`);
      const mail = node.mailbox.shift();
      if (mail === undefined) {
        if (!this.#flush(node, process)) return;
        continue;
      }
      this.watch.delivered(node, process, mail.message);
      const isTaken = process.system.deliver(mail.actor, mail.message, mail.sender);
      if (!isTaken && mail.sender.node !== node.id) {
        this.#options.trace.add(['receipts'], `${node.id} has no ${mail.actor} any more: lost`);
      }
      if (mail.actor === 'logStore') this.#noteCommitIndex(node);
    }
  }

  /** Begins a flush if one is due. True if it has ended already, and there is news of it. */
  #flush(node: ScenarioNode, { storage }: SimulatedProcess): boolean {
    if (!storage.staged || storage.flushing) return false;
    storage.beginFlush();
    node.flushing = node.staged;
    node.staged = [];
    if (!node.holdsFlush) return this.completeFlush(node);
    this.#options.trace.add(['flushes'], `${node.id} begins to flush ${node.flushing.join('; ')}`);
    return false;
  }

  #noteCommitIndex(node: ScenarioNode): void {
    for (const part of this.describe(node, 'logStore')) {
      if (part.actor !== 'logStore' || part.commitIndex === node.commitIndex) continue;
      this.#options.trace.add(['commits'], `${node.id} commitIndex ${node.commitIndex} -> ${part.commitIndex}`);
      node.commitIndex = part.commitIndex;
    }
  }

  #systemOf(node: ScenarioNode, identity: Sender, processOf: () => SimulatedProcess): ActorSystem {
    return new ActorSystem(node.id, this.group, {
      identity,
      now: () => node.clock.at(this.time.nowMs * 1000),
      wallNow: () => node.wallClock.at(this.time.nowMs * 1000),
      random: () => this.time.random(),
      route: (from, to, message) => {
        if (isActorMessage(message)) this.#route(node, processOf(), from, to, message);
      },
      schedule: (delayMs, fire) => this.time.schedule(node.id, delayMs, this.settings, fire),
      failed: (actor, error, watched) => {
        this.#options.trace.add([], `!! ${actor} of ${node.id} fails: ${String(error)}`);
        if (!watched) this.end(node);
      },
    });
  }

  #route(node: ScenarioNode, process: SimulatedProcess, from: Address, to: Address, message: ActorMessage): void {
    if (message.kind === 'described' && message.request === hostsRequest) {
      this.#described?.push(message.part);
      return;
    }
    if (node.process !== process) return;
    // Before what the log store says of it: the message that raised commitIndex is still being handled, and asking changes nothing.
    if (from.actor === 'logStore') this.#noteCommitIndex(node);
    this.watch.sent(node, process, to, message);
    const { identity: sender } = process;
    if (to.node === from.node) {
      if (this.#isLost(node, from.actor, message)) return;
      node.mailbox.push({ actor: to.actor, message, sender });
      return;
    }
    if (message.kind === 'leaderProbe') node.probes.push({ leader: to.node, probe: message.probe });
    this.#send({ sender, to: to.node, actor: to.actor, message });
  }

  #isLost(node: ScenarioNode, actor: string, message: ActorMessage): boolean {
    const place = node.losses.findIndex((loss) => loss.actor === actor && loss.kind === kindText(message));
    if (place === -1) return false;
    node.losses.splice(place, 1);
    this.#options.trace.add(['sends'], `${node.id} loses ${nameText(message)} of its ${actor}`);
    return true;
  }

  #send(waiting: Waiting): void {
    if (this.wires.isCut(waiting.sender.node, waiting.to)) {
      this.#options.messages.sent(waiting, '  -- lost: the wire is cut');
      return;
    }
    const unconnected = this.#options.nodes.find(
      ({ id, isConnected }) => !isConnected && (id === waiting.sender.node || id === waiting.to),
    );
    if (unconnected !== undefined) {
      this.#options.messages.sent(waiting, `  -- lost: ${unconnected.id} has no connection`);
      return;
    }
    this.#options.messages.sent(waiting);
    this.wires.put(waiting);
  }

  #portsOf(node: ScenarioNode, actor: string): Ports {
    if (actor !== 'election') return silentPorts;
    const tell = (message: string, fields: LogFields = {}): void => {
      const shown = Object.entries(fields).map(([name, value]) => `${name}=${value ?? 'none'}`);
      this.#options.trace.add(['roles'], [`${node.id} ${message}`, ...shown].join(' '));
    };
    return { ...silentPorts, logger: { info: tell, warn: tell, error: tell } };
  }
}
